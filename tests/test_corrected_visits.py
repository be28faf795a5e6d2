"""A visit whose outcome was marked by slip and corrected: its patient gets the letter that is right, once, as long as
the rule allows it."""

import pytest
from click.testing import CliRunner
from hand_written_clinic import Clinic, appointment

from jobs.desk.commands import cli

Steps = tuple[tuple[str, str], ...]
Fate = tuple[str, str]
SENT, MISSED_NOW, KEPT_NOW = ("sent", ""), ("withdrawn", "the visit is now no-show"), "the appointment is now completed"
TOO_LATE = ("withdrawn", "too late: it was due 2026-03-04, and the rule allows 2 days")
MONDAY, TUESDAY = ("03-02 10:00", "booked"), "03-03 17:00"  # the evaluation was on Tuesday at four
EARLY, LATER, NEXT_DAY, A_WEEK = "03-04 10:00", "03-04 11:00", "03-05 10:00", "03-09 10:00"


def told(clinic: Clinic, steps: Steps) -> None:
    """What each export said of Eva's evaluation; the letters' job runs after each pull."""
    for moment, status in steps:
        clinic.export(appointment("Eva", "2026-03-03 16:00", status, "PT Initial Evaluation"))
        clinic.pull(f"2026-{moment}")
        clinic.send(f"2026-{moment[:-1]}5")


@pytest.mark.parametrize(
    ("steps", "after_evaluation", "missed_visit"),
    [
        (((TUESDAY, "no_show"), (EARLY, "completed")), [SENT], [("withdrawn", KEPT_NOW)]),
        (((TUESDAY, "no_show"), (EARLY, "no_show"), (LATER, "completed")), [SENT], [SENT]),
        (((TUESDAY, "no_show"), (A_WEEK, "completed")), [TOO_LATE], None),
        (((TUESDAY, "cancelled"), (EARLY, "completed")), [SENT], []),
        (((TUESDAY, "cancelled"), (A_WEEK, "completed")), [TOO_LATE], []),
        (((TUESDAY, "completed"), (EARLY, "no_show")), [MISSED_NOW], [SENT]),
        (((TUESDAY, "completed"), (EARLY, "no_show"), (LATER, "completed")), [SENT], [SENT]),
        (((TUESDAY, "completed"), (EARLY, "cancelled"), (NEXT_DAY, "completed")), [SENT], []),
        (((TUESDAY, "arrived"), (EARLY, "no_show"), (NEXT_DAY, "completed")), [SENT], [SENT]),
        (((TUESDAY, "completed"), (EARLY, "no_show"), (A_WEEK, "completed")), [TOO_LATE], [SENT]),
        (((TUESDAY, "no_show"), (EARLY, "completed"), (LATER, "no_show")), [SENT], [SENT]),
        (
            ((TUESDAY, "no_show"), (EARLY, "completed"), (LATER, "no_show"), (NEXT_DAY, "completed")),
            [SENT],
            [SENT],
        ),
        (((TUESDAY, "completed"), (EARLY, "completed"), (LATER, "no_show"), (NEXT_DAY, "completed")), [SENT], [SENT]),
    ],
)
def test_a_corrected_outcome_is_news_and_calls_for_the_letter_that_is_right(
    clinic: Clinic, steps: Steps, after_evaluation: list[Fate], missed_visit: list[Fate] | None
) -> None:
    told(clinic, (MONDAY, *steps))
    clinic.send(f"2026-{steps[-1][0][:5]} 15:00")
    assert clinic.fates("Eva", "after_evaluation") == after_evaluation
    assert missed_visit is None or clinic.fates("Eva", "missed_visit") == missed_visit
    by_rule = clinic.ask("SELECT COUNT(*) FROM letters JOIN attempts ON letter_id = letters.id GROUP BY rule")
    assert set(by_rule) <= {1}


def test_why_tells_that_a_correction_came_too_late(clinic: Clinic) -> None:
    told(clinic, (MONDAY, (TUESDAY, "completed"), (EARLY, "no_show"), (A_WEEK, "completed")))
    shown = clinic.command("why", "Eva", moment="2026-03-09 12:00").output
    assert "too late: it was due 2026-03-04, and the rule allows 2 days" in " ".join(shown.split())


def test_a_coming_first_visit_that_was_marked_as_missed_by_slip_is_welcomed(clinic: Clinic) -> None:
    for moment, status in (("03-03 08:30", "no_show"), ("03-04 09:00", "no_show"), ("03-04 11:00", "booked")):
        first = appointment("Nell", "2026-03-06 14:00", status, "PT Initial Evaluation", booked_at="2026-03-03 08:00")
        clinic.export(first)
        clinic.pull(f"2026-{moment}")
        clinic.send(f"2026-{moment[:-1]}5")
    clinic.send("2026-03-05 09:00")
    assert clinic.fates("Nell", "welcome") == [SENT]
    assert clinic.fates("Nell", "reminder") == [("withdrawn", "the welcome said it")]


def test_of_a_letter_that_may_have_left_before_a_restore_a_person_decides_also_after_a_correction(
    clinic: Clinic,
) -> None:
    told(clinic, (MONDAY, (TUESDAY, "completed"), (EARLY, "no_show")))
    run = lambda moment, *words: CliRunner().invoke(  # noqa: E731
        cli, ["-C", str(clinic.home), "--now", f"2026-{moment}", *words]
    )
    assert run("03-04 10:30", "backup").exit_code == 0
    told(clinic, ((LATER, "completed"),))
    assert clinic.fates("Eva", "after_evaluation") == [SENT]
    (backup,) = (clinic.home / "var" / "backups").glob("*.sqlite")
    former = clinic.database
    for name in ("clinic.sqlite-wal", "clinic.sqlite-shm"):
        (clinic.home / "var" / name).unlink(missing_ok=True)
    former.write_bytes(b"nothing of it can be read any more")
    assert run("03-04 12:00", "restore", str(backup)).exit_code == 0
    told(clinic, (("03-04 13:00", "completed"),))
    ((state, why),) = clinic.fates("Eva", "after_evaluation")
    assert (state, why.startswith("it may have left before the memory was restored")) == ("held", True)
