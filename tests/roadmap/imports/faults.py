"""A table with twelve kinds of faults, one a row, and what is said about each, word for word."""

FAULTY = (
    "key;title;summary;status;progress;team;size low;size;size high;start;end;needs\n"
    "X-1;Undo send for 30 seconds;Fine;planned;40 %;Inbox;3;5;8;2026-12-01;2026-12-18;\n"
    "X-2;;No title;;;;;;;;;\n"
    "X-3;Status page;;purple;;;;;;;;\n"
    "X-4;Saved views;;;140;;;;;;;\n"
    "X-5;Bulk actions;;;;Inbox;;M–L;;;;\n"
    "X-6;Weekly digest;;;;Inbox;;-4;;;;\n"
    "X-7;Macros;;;;Inbox;9;6;;;;\n"
    "X-8;Audit log;;;;;;;;soon;;\n"
    "X-9;EU data residency;;;;;;;;2027-06-01;2027-05-01;\n"
    "x-1;Undo send (old);;;;;;;;;;\n"
    "X-10;Voice calls;;;;;;;;;;X-10\n"
    "X-11;Screen-reader support;;;;;;;;;;X-12\n"
    "X-12;Keyboard-only triage;;;;;;;;;;X-11\n"
    "X-13;" + "Very long " * 21 + ";;;;;;;;;;\n"
)

SENTENCES = [
    "row 3, “title”: A feature needs a title. Type one, or leave the row out.",
    "row 4, “status”: Status “purple” is not known here. Choose what it means, or leave it empty.",
    "row 5, “progress”: Progress “140” is not a share from 0 to 100 %. Write one such as 40 %, or leave it empty.",
    "row 6, “size”: Size “M–L” is not a number of person-days. Write one such as 8 or 2.5, or leave it empty.",
    "row 7, “size”: Size “-4” is not between 0 and 100000 person-days. Correct it, or leave it empty.",
    "row 8, “size”: The sizes 9, 6 are not in order. Low comes first, then likely, then high: correct them.",
    "row 9, “start”: “soon” is not a date. Write one such as 2027-03-31, Mar 2027, Q1 2027 or later, or leave it empty.",
    "row 10, “end”: It ends (2027-05-01) before it starts (2027-06-01). Correct one of the dates.",
    "row 11, “key”: Key x-1 is also in row 2, and only one of them can be kept. Choose one.",
    "row 12, “needs”: It needs itself first. Take X-10 out.",
    "row 14, “needs”: It would need itself: X-12 → X-11 → X-12. Take one of them out.",
    "row 15, “title”: “title” has 209 characters, at most 200 fit. Shorten it, or use another column for it.",
]
