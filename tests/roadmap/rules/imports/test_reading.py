"""Encodings, delimiters and limits: what a file may be, and what is said of one that may not."""

import pytest

from roadmap.rules.imports import reading
from roadmap.rules.imports.cells import safe_cell
from roadmap.rules.imports.reading import Fault, Unreadable, read


@pytest.mark.parametrize(
    ("source", "encoding", "delimiter", "rows"),
    [
        (b"title,team\nUndo send,Inbox\n", "utf-8", ",", [("Undo send", "Inbox")]),
        ("\ufefftitle;team\r\nUndo send;Inbox\r\n".encode(), "utf-8", ";", [("Undo send", "Inbox")]),
        ("title\tteam\nUndo send\tInbox".encode("utf-16"), "utf-16", "\t", [("Undo send", "Inbox")]),
        ("title;größe\nRückgängig;8,5\n".encode("cp1252"), "cp1252", ";", [("Rückgängig", "8,5")]),
        ("title|team\nUndo, then send|Inbox", "", "|", [("Undo, then send", "Inbox")]),
        ("title\nOne\nTwo, with a comma", "", "", [("One",), ("Two, with a comma",)]),
        ('title,text\n"Undo","two\nlines, one ""quoted"""', "", ",", [("Undo", 'two\nlines, one "quoted"')]),
        ('title,team\n5" screen,Mobile', "", ",", [('5" screen', "Mobile")]),
        ('title,team\n"5" screen,Mobile', "", ",", [("5 screen", "Mobile")]),
    ],
)
def test_a_table_is_read_whatever_wrote_it(source, encoding, delimiter, rows):
    table = read(source)
    assert (table.encoding, table.delimiter) == (encoding, delimiter)
    assert [row.cells for row in table.rows] == rows


def test_the_header_is_found_below_a_heading_and_rows_are_counted_as_a_spreadsheet_does():
    table = read("Our backlog,,\n,,\nTitle,Team,\n\nUndo,Inbox,\n")
    assert table.header == ("Title", "Team")
    assert [(row.number, row.cells) for row in table.rows] == [(5, ("Undo", "Inbox"))]


@pytest.mark.parametrize(
    ("source", "fault", "line"),
    [
        (b"", Fault.EMPTY, 0),
        ("  \n \n", Fault.EMPTY, 0),
        (",,\n,,", Fault.EMPTY, 0),
        (b"PK\x03\x04" + b"\0" * 40, Fault.NOT_TEXT, 0),
        (b"title\n\x00\x01\x80\xff", Fault.NOT_TEXT, 0),
        (b"\xff\xfe\x00", Fault.NOT_TEXT, 0),
        ('{"title": "Undo"}', Fault.NOT_A_TABLE, 0),
        ("<html><body>", Fault.NOT_A_TABLE, 0),
        ('title,team\nUndo,Inbox\n"never closed,Inbox\nRoute,Inbox\n', Fault.OPEN_QUOTE, 3),
        ("title\n" + "x" * (reading.MAX_CELL + 1), Fault.CELL_TOO_LONG, 2),
        ("," * 400 + "title\n", Fault.TOO_MANY_COLUMNS, 1),
        ("title\n" + "x\n" * (reading.MAX_ROWS + 1), Fault.TOO_MANY_ROWS, 0),
        (b"x" * (reading.MAX_BYTES + 1), Fault.TOO_LARGE, 0),
    ],
)
def test_what_cannot_be_read_says_why_and_where(source, fault, line):
    with pytest.raises(Unreadable) as caught:
        read(source)
    assert (caught.value.fault, caught.value.line) == (fault, line)


@pytest.mark.parametrize("cell", ["=1+2", "+1", "-1", "@x", "\uff1d1", "'quoted'", "plain", "'"])
def test_a_cell_made_harmless_for_spreadsheets_is_read_as_it_was(cell):
    assert not safe_cell(cell).startswith(("=", "+", "-", "@", "\uff1d"))
    assert read(f"title,text\nA,{safe_cell(cell)}").rows[0].cells[1] == cell


def test_as_many_rows_as_allowed_are_read():
    assert len(read("title\n" + "x\n" * reading.MAX_ROWS).rows) == reading.MAX_ROWS
