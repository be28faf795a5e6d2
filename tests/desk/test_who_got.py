"""`who-got` tells who got which letter, in time, also of a hundred thousand."""

import csv
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from hand_written_clinic import Clinic, appointment

Call = Callable[..., Result]


@pytest.fixture
def who_got(clinic: Clinic) -> Call:
    def call(*words: str) -> Result:
        return clinic.command("who-got", *words, moment="2026-03-05 12:00")

    return call


@pytest.fixture
def sent(clinic: Clinic) -> Clinic:
    """A clinic whose reminders left on Wednesday, one of them perhaps."""
    clinic.export(*(appointment(name, "2026-03-06 14:00", "booked") for name in ("Remy", "=Nell")))
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 09:00")
    with sqlite3.connect(clinic.database) as database:
        database.execute("INSERT INTO sent_articles (clinic_id, patient_id, slug, letter_id) "
                         "SELECT clinic_id, patient_id, 'five-moves', MIN(id) FROM letters")  # fmt: skip
        database.execute("UPDATE letters SET state = 'unknown', sent_at = '' WHERE id = (SELECT MAX(id) FROM letters)")
    return clinic


def test_letters_are_counted_by_rule_and_shown_without_names(sent: Clinic, who_got: Call) -> None:
    shown = who_got("--since", "2026-03-04").output
    assert shown.startswith("2 letters to 2 patients since 2026-03-04.\n  reminder: 2\n1 of them may have left; ")
    assert "appointment reminder" in shown and "five-moves" in shown and "care" in shown
    assert "Remy" not in shown and "Remy Fictional" in who_got("--since", "2026-03-04", "--names").output


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("--since", "2026-03-05"), 0),
        (("--since", "2026-03-01", "--until", "2026-03-03"), 0),
        (("--since", "2026-03-01", "--until", "2026-03-04"), 2),
        (("--since", "2026-03-01", "--rule", "welcome"), 0),
        (("--since", "2026-03-01", "--template", "reminder"), 2),
        (("--since", "2026-03-01", "--article", "five-moves"), 1),
    ],
)
def test_only_what_is_asked_for_is_counted(sent: Clinic, who_got: Call, words: tuple[str, ...], count: int) -> None:
    assert who_got(*words).output.startswith(f"{count} letters to {count} patients since ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--article", "five-move"), 'There is no article "five-move", and none ever left.'),
        (("--rule", "remindr"), 'There is no rule "remindr", and none ever left. Did you mean "reminder"?'),
        (("--template", "remindr"), 'There is no letter "remindr.md", and none ever left. Did you mean "reminder.md"?'),
    ],
)
def test_a_slip_is_no_answer_of_none(sent: Clinic, who_got: Call, words: tuple[str, ...], said: str) -> None:
    told = who_got("--since", "2026-03-01", *words)
    assert (told.exit_code, told.stdout, told.stderr) == (2, "", f"{said}\n")


def test_a_day_that_is_none_is_told_so(sent: Clinic, who_got: Call) -> None:
    told = who_got("--since", "2026-13-01")
    assert told.exit_code == 2 and '"2026-13-01" is no day. Write it so: 2026-03-01.' in told.stderr


def test_all_of_them_go_into_a_file_for_ones_own_eyes_that_runs_no_formula(
    sent: Clinic, who_got: Call, tmp_path: Path
) -> None:
    file = tmp_path / "who.csv"
    assert f"All of them: {file}" in who_got("--since", "2026-03-04", "--csv", str(file), "--names").output
    assert file.stat().st_mode & 0o777 == 0o600
    with file.open(encoding="utf-8-sig", newline="") as lines:
        first, second = csv.DictReader(lines)
    assert (first["left_at"], first["rule"], first["category"]) == ("2026-03-04 09:00-08:00", "reminder", "care")
    assert {first["first_name"], second["first_name"]} == {"Remy", "'=Nell"}


A_HUNDRED_THOUSAND = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
INSERT INTO events (clinic_id, appointment_id, patient_id, what, happened_at, seen_at, starts_at)
SELECT 'lakeside', 1, 1, 'completed', '', '', 's' || i FROM n;
INSERT INTO letters (clinic_id, patient_id, rule, event_id, state, due_at, expires_at, template, category, purpose,
                     sent_at, changed_at)
SELECT 'lakeside', 1, 'lapsed', id, 'sent', '', '', 'lapsed.md', 'care', 'care after a visit',
       '2026-02-01T18:00:00Z', '2026-02-01T18:00:00Z' FROM events WHERE happened_at = '';
INSERT INTO sent_articles (clinic_id, patient_id, slug, letter_id)
SELECT 'lakeside', 1, 'slug' || id, id FROM letters WHERE rule = 'lapsed';
"""


def test_of_a_hundred_thousand_letters_it_answers_in_a_second(sent: Clinic, who_got: Call, tmp_path: Path) -> None:
    with sqlite3.connect(sent.database) as database:
        database.executescript(A_HUNDRED_THOUSAND)
    began = time.process_time()
    assert who_got("--since", "2026-01-01").output.startswith("100002 letters to 2 patients")
    seconds = time.process_time() - began
    assert seconds < 5, f"{seconds:.2f} s of the processor"  # a quarter of a second as a rule; others are slower
