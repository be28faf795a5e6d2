"""Files beside the letters that nobody gets, as an office saves, copies and renames them."""

from pathlib import Path

import pytest

from jobs.clinic.faults import Fault
from jobs.clinic.letter_names import is_letter
from jobs.mail.letter_strays import stray_files

RULES = ("cancelled.md", "welcome.md")
SPANISH = "Nothing asks for a letter of this name; cancelled.md in Spanish is called cancelled.es.md."


def strays(folder: Path, *names: str) -> tuple[list[Fault], list[str]]:
    templates = folder / "templates"
    templates.mkdir()
    for name in (*RULES, "README.md", "shell.txt", *names):
        (templates / name).write_text("Hello", "utf-8")
    return stray_files(templates, RULES, "en")


@pytest.mark.parametrize(
    "name",
    ["cancelled_es.md", "cancelled-ES.md", "cancelled es.md", "cancelled (es).md", "cancelled.spanish.md",
     "cancelled Espa\u00f1ol.md", "cancelled.es-MX.md", "es.cancelled.md", "cancelled.es.md.txt", "cancelled.ES.MD"],
)  # fmt: skip
def test_a_letter_whose_language_is_written_otherwise_is_named_with_its_right_name(tmp_path: Path, name: str) -> None:
    assert strays(tmp_path, name) == ([Fault(f"templates/{name}", 0, SPANISH, "Rename it to cancelled.es.md.")], [])


def test_where_the_right_one_is_there_too_one_of_them_must_go(tmp_path: Path) -> None:
    both = "is there too: keep the better of the two under that name, and delete the other."
    ends = "The name of the file does not end in .md as that of a letter does, but in "
    faults, _ = strays(tmp_path, "cancelled_es.md", "cancelled.es.md", "welcome.md.txt", "welcome.markdown")
    assert faults == [
        Fault("templates/cancelled_es.md", 0, SPANISH, f"cancelled.es.md {both}"),
        Fault("templates/welcome.markdown", 0, f'{ends}".markdown".', f"welcome.md {both}"),
        Fault("templates/welcome.md.txt", 0, f'{ends}".md.txt".', f"welcome.md {both}"),
    ]


def test_what_may_well_stand_there_is_no_fault_and_yet_told(tmp_path: Path) -> None:
    assert strays(tmp_path, "welcome - Copy.md", "welcome.docx", "welcome.en.md", "notes.docx", "hours.pdf") == (
        [],
        [
            "templates/welcome - Copy.md: no rule names this letter, so nobody gets it.",
            "templates/welcome.docx is no letter: patients get welcome.md.",
            "templates/welcome.en.md: nobody gets it, as welcome.md is in English already.",
        ],
    )


@pytest.mark.parametrize(
    "name",
    ["~$lcome.md", "._welcome.md", ".welcome.md", "~welcome.md", ".~lock.welcome.md#", "welcome.md~", ".DS_Store",
     "#welcome.md#", "welcome.md.bak", "Thumbs.db", "desktop.ini", "~WRL0001.tmp"],
)  # fmt: skip
def test_what_word_a_mac_or_an_editor_leaves_beside_an_open_letter_is_none(tmp_path: Path, name: str) -> None:
    assert not is_letter(name)
    assert strays(tmp_path, name) == ([], [])


def test_the_letters_as_they_are_named_are_no_strays(tmp_path: Path) -> None:
    assert strays(tmp_path, "welcome.es.md", "cancelled.vi.md") == ([], [])
