"""`preview`: a letter as a patient would see it, before anybody does."""

import re
import sqlite3
from pathlib import Path

import pytest
from lakeside_day import Ask

import jobs.desk.preview as room


@pytest.mark.parametrize("name", ["reminder", "reminder.md"])
def test_one_letter_is_printed_and_its_page_is_named(ask: Ask, home: Path, name: str) -> None:
    shown = ask("preview", name)
    assert shown.exit_code == 0
    assert shown.output.startswith("Subject: ") and "Hello Mira," in shown.output
    page = home / "var" / "preview" / "index.html"
    assert shown.output.endswith(f"See {page}\n")
    assert page.read_text("utf-8").count("mira@patient.example") >= 2


def test_the_way_to_stop_letters_is_the_clinics_own(ask: Ask, home: Path) -> None:
    file = home / "config" / "clinic.yaml"
    shown = ask("preview", "reminder").output
    assert "hello@lakeside.example" in shown and "clinic.example" not in shown
    file.write_text(
        re.sub(
            "(?m)^( *)unsubscribe_url:.*$",
            r"\1unsubscribe_url: https://stop.lakeside.example/",
            file.read_text("utf-8"),
        )
    )
    assert "https://stop.lakeside.example/?t=preview" in ask("preview", "reminder").output


def test_all_letters_are_on_one_page(ask: Ask, home: Path) -> None:
    assert ask("preview", "--all").exit_code == 0
    page = (home / "var" / "preview" / "index.html").read_text("utf-8")
    letters = [path.stem for path in (home / "templates").glob("*.md") if path.name != "README.md"]
    assert len(letters) == 14
    own = [letter for letter in letters if not letter.endswith(".es")]
    assert all(f">{letter.replace('_', ' ').capitalize()}</h2>" in page for letter in own)


def test_an_unknown_letter_is_answered_with_the_nearest(ask: Ask) -> None:
    shown = ask("preview", "remindr")
    assert shown.exit_code == 2
    assert 'There is no letter "remindr" in templates/. Did you mean "reminder"?' in shown.output


def test_without_a_name_the_letters_are_listed(ask: Ask) -> None:
    shown = ask("preview")
    assert shown.exit_code == 2
    assert "Name a letter, or use --all. There are after_evaluation, cancelled," in shown.output


def test_a_letter_with_a_fault_is_named_with_its_line_and_the_others_are_shown(ask: Ask, home: Path) -> None:
    letter = home / "templates" / "welcome.md"
    letter.write_text(letter.read_text("utf-8") + "\n{{ fist_name }}\n", "utf-8")
    assert ask("preview", "reminder").exit_code == 0
    shown = ask("preview", "--all")
    assert shown.exit_code == 3
    assert "templates/welcome.md, line " in shown.output
    assert (home / "var" / "preview" / "index.html").exists()


def test_a_changed_letter_is_shown_changed(ask: Ask, home: Path) -> None:
    letter = home / "templates" / "reminder.md"
    letter.write_text(letter.read_text("utf-8") + "\nBring your orange shoes.\n", "utf-8")
    assert "Bring your orange shoes." in ask("preview", "reminder").output


def test_letters_can_be_looked_at_while_a_job_holds_the_memory(ask: Ask, home: Path) -> None:
    with sqlite3.connect(home / "var" / "clinic.sqlite", isolation_level=None) as busy:
        busy.execute("BEGIN EXCLUSIVE")
        assert ask("preview", "reminder").exit_code == 0


def test_open_shows_the_page_in_the_browser(ask: Ask, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(room.webbrowser, "open", opened.append)
    ask("preview", "reminder", "--open")
    assert opened == [(home / "var" / "preview" / "index.html").as_uri()]
