"""The list is changed cell by cell: every other byte of it is the office manager's and stays."""

import csv
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.articles.list_editing import NotEditable, as_cell, edited

HEADER = "slug,title,note"


def test_nothing_to_change_changes_nothing() -> None:
    content = b'slug , "Title"\r\n\r\n a,"b ""c"""\n\td'
    assert edited(content, {}, []) == content


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["ascii", "utf-8-sig", "utf-16", "cp1252"])
def test_a_cell_is_changed_and_a_line_added_in_the_way_the_file_is_written(encoding: str, line_end: str) -> None:
    text = line_end.join([HEADER, 'a,"A, a",', "b,B,hers"]).encode(encoding)
    new = edited(text, {2: {"note": "one, two"}}, [{"slug": "c", "title": 'C "c"'}]).decode(encoding)
    assert new == line_end.join([HEADER, 'a,"A, a","one, two"', "b,B,hers", 'c,"C ""c""",', ""])


def test_a_column_that_is_not_there_is_added_and_short_lines_reach_it() -> None:
    new = edited(b"slug,title\na,A\nb\n", {3: {"note": "x"}}, [{"slug": "c", "note": "y"}])
    assert new == b"slug,title,note\na,A\nb,,x\nc,,y\n"


def test_a_last_cell_and_a_new_column_are_changed_together() -> None:
    assert edited(b"slug,off\na,\n", {2: {"off": "yes", "note": "n"}}, []) == b"slug,off,note\na,yes,n\n"


def test_lines_within_a_cell_count_as_in_a_text_editor() -> None:
    content = b'slug,title,note\na,"one\ntwo",\nb,B,\n'
    assert edited(content, {4: {"note": "x"}}, []) == b'slug,title,note\na,"one\ntwo",\nb,B,x\n'


def test_a_plain_file_with_its_first_accent_gets_the_mark_by_which_excel_knows_it() -> None:
    assert edited(b"slug,title\n", {}, [{"slug": "a", "title": "Ciática"}]) == "\ufeffslug,title\na,Ciática\n".encode()
    assert edited("slug\né\n".encode("cp1252"), {}, [{"slug": "→"}]) == "\ufeffslug\né\n→\n".encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'slug\n"a', "In line 2 of the list a quotation mark opens that is never closed; close it first."),
        (b"PK\x03\x04", "The list is an Excel workbook that was named .csv; save it as CSV UTF-8 first."),
        (b"", "The list has no first line with the names of its columns; write it, then run again."),
    ],
)
def test_a_list_that_cannot_be_changed_safely_is_not(content: bytes, said: str) -> None:
    with pytest.raises(NotEditable) as refused:
        edited(content, {}, [{"slug": "a"}])
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("words", "cell"), [("=1+1", "1+1"), ("- @x", "x"), ("a\n b\t", "a b"), ("+49", "49"), ("A - b", "A - b")]
)
def test_words_from_a_page_are_no_formula(words: str, cell: str) -> None:
    assert as_cell(words) == cell


CELLS = st.text(st.sampled_from('ab ,";\n\r\té→'), max_size=6)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=4), value=CELLS, at=st.integers(0, 3))
def test_only_the_cell_that_was_meant_reads_differently(rows: list[list[str]], value: str, at: int) -> None:
    file = StringIO(newline="")
    csv.writer(file).writerows([["slug", "note"], *rows])
    content = file.getvalue().encode()
    lines, line = [], 2
    for row in rows:
        lines.append(line)
        line += 1 + sum(cell.replace("\r\n", "\n").replace("\r", "\n").count("\n") for cell in row)
    change = {lines[at]: {"note": value}} if at < len(rows) else {}
    expected = [[*row] for row in rows]
    if change:
        expected[at][1] = value
    read = csv.reader(StringIO(edited(content, change, []).decode("utf-8-sig"), newline=""), strict=True)
    assert list(read)[1:] == expected
