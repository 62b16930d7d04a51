"""What columns are taken for, by the headings that other tools write."""

import pytest

from roadmap.rules.imports.columns import How, guess
from roadmap.rules.imports.fields import Field
from roadmap.rules.imports.reading import read


def guessed(header: str, *rows: str) -> dict[str, Field]:
    table = read("\n".join([header, *rows]))
    return {h: g.field for h, g in zip(table.header, guess(table), strict=True) if g.field}


@pytest.mark.parametrize(
    ("tool", "header", "expected"),
    [
        (
            "Jira",
            "Summary,Issue key,Issue id,Status,Story Points,Component/s,Fix Version/s,Description,Reporter",
            "title,key,,status,effort,team,release,description,",
        ),
        (
            "GitLab",
            "Issue ID,URL,Title,State,Description,Assignee,Due Date,Milestone,Weight,Epic Title",
            "key,,title,status,description,owner,ends,release,effort,objective",
        ),
        (
            "Linear",
            "ID,Team,Title,Description,Status,Estimate,Due Date,Related to,Blocked by",
            "key,team,title,description,status,effort,ends,related,needs",
        ),
        ("Aha", "Feature reference #,Feature name,Feature status", "key,title,status"),
        (
            "Asana",
            "Task ID,Name,Section/Column,Assignee Email,Start Date,Notes",
            "key,title,status,owner,starts,description",
        ),
        ("Kubernetes", "id,kep_number,title,sig,status,status_raw,latest_milestone", "key,,title,team,status,,release"),
    ],
)
def test_headings_of_other_tools_are_known(tool, header, expected):
    table = read(header)
    assert [g.field or "" for g in guess(table)] == expected.split(",")


def test_a_slip_of_the_pen_is_forgiven_and_said_to_be_a_guess():
    table = read("Titel,Desciption\nUndo send for 30 seconds,x")
    assert [(g.field, g.how) for g in guess(table)] == [
        (Field.TITLE, How.CONTENT),
        (Field.DESCRIPTION, How.LIKENESS),
    ]


def test_no_field_is_given_twice_and_the_better_name_wins():
    assert guessed("Issue id,Key,Name,Title") == {"Key": Field.KEY, "Title": Field.TITLE}


def test_summary_is_the_title_only_where_there_is_no_title():
    assert guessed("summary,status") == {"summary": Field.TITLE, "status": Field.STATUS}
    assert guessed("title,summary") == {"title": Field.TITLE, "summary": Field.SUMMARY}


def test_without_a_known_heading_the_column_that_reads_like_titles_is_taken():
    rows = [f"{i},Undo send variant number {i},Inbox" for i in range(12)]
    assert guessed("No.,Was,Wer", *rows) == {"Was": Field.TITLE}


def test_a_table_without_anything_like_titles_has_none():
    assert Field.TITLE not in guessed("a,b", "1,2", "3,4").values()
