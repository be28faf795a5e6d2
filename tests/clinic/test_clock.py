"""A clock that jumped sends nothing; a machine that was only off goes on as soon as anything tells so."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobs.clinic.clock import ClockKnown, why_distrust

PACIFIC = ZoneInfo("America/Los_Angeles")
NOON = datetime(2026, 3, 4, 20, tzinfo=UTC)  # a Wednesday
TEN_MINUTES, DAYS = timedelta(minutes=10), timedelta(days=1)
REMEDY = (
    " No letter leaves and none is withdrawn. Look at the date of this machine; if it is right, say so: "
    "`run_jobs.py clock --is-right`."
)


def known(trusted: datetime | None = NOON - TEN_MINUTES, **more: object) -> ClockKnown:
    usual: dict[str, object] = {
        "passed": None,
        "happened_at": NOON - timedelta(hours=2),
        "latest_at": NOON + 30 * DAYS,
    }
    return ClockKnown(trusted, **(usual | more))  # type: ignore[arg-type]


def why(now: datetime, knows: ClockKnown) -> str:
    said = why_distrust(now, knows, PACIFIC)
    assert said == "" or said.endswith(REMEDY)
    return said.removesuffix(REMEDY)


def test_ten_minutes_later_the_clock_is_believed() -> None:
    assert why(NOON, known()) == ""


def test_a_new_clinic_has_nothing_to_hold_against_the_clock() -> None:
    assert why(NOON, ClockKnown()) == ""


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (datetime(1970, 1, 1, 0, 5, tzinfo=UTC), "Wed Dec 31, 1969, 16:05"),
        (NOON - 2 * DAYS, "Mon Mar 02, 2026, 12:00"),
    ],
)
def test_a_clock_that_went_back_is_not_believed(now: datetime, said: str) -> None:
    assert why(now, known()) == (
        f"The clock of this machine says {said}, but the appointments know what happened on Wed Mar 04, 2026, 10:00."
    )
    assert why(now, known(happened_at=None)) == (
        f"The clock of this machine says {said}, "
        "but it was Wed Mar 04, 2026, 11:50 when a run last believed it: it went back."
    )


@pytest.mark.parametrize("ahead", [2 * DAYS, timedelta(days=26_600)], ids=["two days", "2099"])
def test_a_clock_that_jumped_ahead_while_the_machine_ran_is_not_believed(ahead: timedelta) -> None:
    said = why(NOON + ahead, known(passed=TEN_MINUTES, latest_at=NOON + ahead))
    assert said.endswith(
        "after a run last believed it (Wed Mar 04, 2026, 11:50), but by its own count 10 minutes passed since."
    )
    assert why(NOON + ahead, known(passed=timedelta(seconds=59), latest_at=NOON + ahead)).endswith(
        ", but by its own count less than a minute passed since."
    )


def test_a_machine_that_ran_on_while_its_jobs_were_paused_is_believed() -> None:
    assert why(NOON + 9 * DAYS, known(passed=9 * DAYS)) == ""


def test_a_machine_that_was_off_for_three_days_waits_until_anything_tells_that_it_was() -> None:
    back = NOON + 3 * DAYS
    assert why(back, known()) == (
        "The clock of this machine says Sat Mar 07, 2026, 12:00, 3 days 10 minutes after a run last believed it "
        "(Wed Mar 04, 2026, 11:50): it was off, or its clock is wrong, and no newer appointment tells which."
    )
    assert why(back, known(happened_at=back - timedelta(hours=20))) == ""  # an export of that day has come
    assert why(back, known(back, happened_at=NOON)) == ""  # a person said so


def test_a_person_can_overrule_an_appointment_with_an_impossible_day() -> None:
    typo = NOON + 400 * DAYS
    assert "appointments know" in why(NOON, known(happened_at=typo))
    assert why(NOON, known(happened_at=typo, accepted_at=typo)) == ""
    assert "appointments know" in why(NOON, known(happened_at=typo + DAYS, accepted_at=typo))


def test_a_rehearsal_may_jump_ahead_but_not_beyond_all_appointments() -> None:
    assert why(NOON + 40 * DAYS, known(named=True)) == ""
    assert why(datetime(2099, 1, 1, tzinfo=UTC), known(named=True)).endswith(
        "but the newest appointment that is known is of Fri Apr 03, 2026, 13:00."
    )


def test_a_change_of_the_clocks_is_no_jump() -> None:
    for day in ("2026-03-08", "2026-11-01"):
        midnight = datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=PACIFIC)
        next_midnight = (midnight + timedelta(days=1)).astimezone(UTC)
        assert why(next_midnight - timedelta(hours=1), known(midnight, happened_at=midnight)) == ""
