"""`templates`: what was saved when, what it said, and how to have it back; `check` says what goes on meanwhile."""

import os
import re
from pathlib import Path

import pytest
from lakeside_day import Ask


def save(home: Path, old: str, new: str) -> None:
    letter = home / "templates" / "welcome.md"
    text = letter.read_text("utf-8")
    assert old in text
    letter.write_text(text.replace(old, new), "utf-8")


def test_a_version_comes_back_and_that_can_be_undone(ask: Ask, home: Path) -> None:
    letter = home / "templates" / "welcome.md"
    first = letter.read_bytes()
    assert ask("check").exit_code == 0
    save(home, "Thank you for booking", "How nice that you booked")
    second = letter.read_bytes()
    back = ask("templates", "restore", "welcome", "1")
    assert (back.exit_code, letter.read_bytes()) == (0, first)
    assert back.output == "templates/welcome.md is version 1 again. To undo it: templates restore welcome.md 2\n"
    assert ask("templates", "restore", "welcome.md", "2").exit_code == 0
    assert letter.read_bytes() == second
    assert ask("templates", "show", "welcome", "3").output.encode() == first
    history = ask("templates", "history", "welcome").output
    assert re.findall(r"│ (\d) .*?│ (saved|version \d restored) +│ (passed|has faults)", history) == [
        ("1", "saved", "passed"), ("2", "saved", "passed"),
        ("3", "version 1 restored", "passed"), ("4", "version 2 restored", "passed"),
    ]  # fmt: skip
    assert "1 in, 1 out" in history


def test_check_says_which_version_goes_on_while_a_letter_has_a_fault(ask: Ask, home: Path) -> None:
    assert ask("check").exit_code == 0
    save(home, "{{ patient.first_name }}", "{{ patient.firstname }}")
    shown = ask("check")
    assert shown.exit_code == 3
    expected = (
        r"templates/welcome\.md, line 5: \{\{ patient\.firstname \}\} is no field\.\n"
        r'Did you mean "patient\.first_name"\?\n1 fault\. Nothing was sent or changed\.\n'
        r"Until then welcome\.md goes on as it was saved on \w{3} \d\d \w{3} \d{4}, \d\d:\d\d \(version 1\)\.\n"
    )
    assert re.fullmatch(expected, shown.output)
    preview = ask("preview", "welcome")
    assert preview.exit_code == 3 and "Shown instead: welcome.md goes on as it was saved on" in preview.output
    assert "has faults" in ask("templates", "history", "welcome").output


def test_a_faulty_version_that_is_restored_says_so(ask: Ask, home: Path) -> None:
    save(home, "{{ patient.first_name }}", "{{ patient.firstname }}")
    ask("check")
    save(home, "{{ patient.firstname }}", "{{ patient.first_name }}")
    ask("check")
    faulty = len(re.findall(r"^│ \d", ask("templates", "history", "welcome").output, re.MULTILINE)) - 1
    back = ask("templates", "restore", "welcome", str(faulty))
    assert back.exit_code == 3 and "{{ patient.firstname }} is no field." in back.output


def test_a_letter_that_was_deleted_although_a_rule_names_it_comes_back(ask: Ask, home: Path) -> None:
    letter = home / "templates" / "check_in_180.md"
    first = letter.read_bytes()
    assert ask("check").exit_code == 0
    letter.unlink()
    found = ask("check")
    assert found.exit_code == 3 and re.fullmatch(
        r'config/follow_ups\.yaml, line \d+: template "check_in_180\.md" is not in templates/\.\n'
        r'Did you mean "check_in_30\.md"\?\n'
        r"1 fault\. Nothing was sent or changed\.\n"
        r"Until then check_in_180\.md goes on as it was saved on \w{3} \d\d \w{3} \d{4}, \d\d:\d\d \(version 1\)\.\n"
        r"check_in_180\.md was there before; `templates restore check_in_180\.md 1` brings it back\.\n",
        found.output,
    )
    assert "check_in_180.md" in ask("templates", "history").output
    assert ask("templates", "show", "check_in_180", "1").output.encode() == first
    back = ask("templates", "restore", "check_in_180.md", "1")
    assert (back.exit_code, letter.read_bytes()) == (0, first)
    assert back.output == "templates/check_in_180.md is version 1 again. To undo it, delete the file.\n"
    assert ask("check").exit_code == 0


def test_a_letter_that_was_saved_as_text_is_told_once_and_its_spanish_goes_on(ask: Ask, home: Path) -> None:
    assert ask("check").exit_code == 0
    letter = home / "templates" / "welcome.md"
    letter.rename(letter.with_name("welcome.md.txt"))
    found = ask("check").output
    assert re.fullmatch(
        r'config/follow_ups\.yaml, line \d+: template "welcome\.md" is not in templates/\.\n'
        r"Rename templates/welcome\.md\.txt to welcome\.md\.\n"
        r"1 fault\. Nothing was sent or changed\.\n"
        r"Until then welcome\.md goes on as it was saved on [^.]* \(version 1\)\.\n"
        r"welcome\.md was there before; `templates restore welcome\.md 1` brings it back\.\n",
        found,
    )
    shown = ask("preview", "welcome").output
    assert "Shown instead: welcome.md goes on as it was saved on" in shown and "Subject: Your first" in shown
    assert ask("preview", "welcome.es").output.count("Subject: Su primera") == 1


def test_a_spanish_letter_that_was_deleted_goes_on_as_an_english_one_does_until_somebody_retires_it(
    ask: Ask, home: Path
) -> None:
    letter = home / "templates" / "after_evaluation.es.md"
    first = letter.read_bytes()
    assert ask("check").exit_code == 0
    letter.unlink()
    found = ask("check")
    assert found.exit_code == 3 and re.fullmatch(
        r"templates/after_evaluation\.es\.md: The letter in Spanish is gone\.\n"
        r"If after_evaluation\.md is to go instead: `templates retire after_evaluation\.es\.md`\.\n"
        r"1 fault\. Nothing was sent or changed\.\n"
        r"Until then after_evaluation\.es\.md goes on as it was saved on [^.]* \(version 1\)\.\n"
        r"after_evaluation\.es\.md was there before; `templates restore after_evaluation\.es\.md 1` brings it back\.\n",
        found.output,
    )
    status = " ".join(ask("status").output.split())
    assert "templates/after_evaluation.es.md is not there, see check; after_evaluation.es.md goes on as it" in status
    assert "Shown instead: after_evaluation.es.md goes on" in ask("preview", "after_evaluation").output
    back = ask("templates", "restore", "after_evaluation.es", "1")
    assert back.output == (
        "templates/after_evaluation.es.md is version 1 again. To undo it, delete the file and write: templates retire "
        "after_evaluation.es.md\n"
    )
    assert (letter.read_bytes(), ask("check").exit_code) == (first, 0)
    refused = ask("templates", "retire", "after_evaluation.es")
    assert refused.exit_code == 2 and "is there and in use. Delete or move the file first." in refused.output
    letter.unlink()
    retired = ask("templates", "retire", "after_evaluation.es")
    assert retired.output == (
        "after_evaluation.es.md is retired: who reads Spanish gets after_evaluation.md from now on.\n"
        "To undo it: templates restore after_evaluation.es.md 1\n"
    )
    assert (ask("check").exit_code, ask("preview", "after_evaluation").exit_code) == (0, 0)
    ask("templates", "restore", "after_evaluation.es", "1")
    letter.unlink()
    assert ask("check").exit_code == 3
    own = ask("templates", "retire", "welcome")
    assert own.exit_code == 2 and "`on: no` switches off the rule that names it." in own.output


def test_a_letter_that_is_closed_to_the_jobs_is_open_again_once_restored(
    ask: Ask, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("check")
    letter = home / "templates" / "welcome.md"
    letter.write_text("somebody else's", "utf-8")
    letter.chmod(0o000)
    may = os.access  # root may read every file
    monkeypatch.setattr("os.access", lambda path, mode: path != letter and may(path, mode))
    assert "templates/welcome.md is version 1 again." in ask("templates", "restore", "welcome", "1").output
    assert letter.stat().st_mode & 0o777 == 0o660


def test_a_letter_or_version_that_does_not_exist_is_answered_with_the_nearest(ask: Ask) -> None:
    unknown = ask("templates", "history", "welcom")
    assert (
        unknown.exit_code == 2
        and 'There is no letter "welcom" with a history. Did you mean "welcome"?' in unknown.output
    )
    number = ask("templates", "restore", "reminder", "99")
    assert number.exit_code == 2 and "there is no version 99" in number.output


def test_all_files_are_listed_with_their_newest_version(ask: Ask) -> None:
    shown = ask("templates", "history").output
    assert all(name in shown for name in ("welcome.md", "reminder.es.md", "shell.html", "articles.txt"))


def test_restoring_what_stands_there_changes_nothing(ask: Ask) -> None:
    ask("check")
    shown = ask("templates", "restore", "reminder", "1")
    assert (shown.exit_code, shown.output) == (
        0, "templates/reminder.md says what version 1 says; nothing was changed.\n"
    )  # fmt: skip
