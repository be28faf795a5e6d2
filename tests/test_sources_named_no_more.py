"""config/sources.yaml names a source no more: it was taken out, or has another name now."""

from collections import Counter
from unittest.mock import Mock

import pytest
from hand_written_clinic import WEEKLY, Clinic, Row, appointment

from jobs import pull_appointments
from jobs.clinic.last_look import TO_CORRECT, UNFOLLOWED
from jobs.runner.run import FINE

OLD, NEW = "{name: old, path: exports/old*.csv}", "{name: new, path: exports/new*.csv}"
PATIENTS = ("Ada", "Ben", "Cora")


def visits(*starts: str, numbered: str = "") -> list[Row]:
    return [
        appointment(name, f"2026-{start}", "booked", patient_id=f"{numbered}{name}", booked_at="2026-02-20 09:00",
                    appointment_id=f"{numbered}{name}{start}")
        for name in PATIENTS
        for start in starts
    ]  # fmt: skip


def days(clinic: Clinic, *moments: str) -> None:
    for moment in moments:
        assert clinic.pull(f"2026-{moment}").code == FINE
        assert clinic.send(f"2026-{moment[:-1]}5").code == FINE


def reminded(clinic: Clinic) -> Counter[tuple[str, str]]:
    query = """SELECT first_name, substr(events.starts_at, 6, 5) FROM letters JOIN events ON events.id = event_id
        JOIN patients ON patients.id = letters.patient_id WHERE rule = 'reminder' AND state = 'sent'"""
    return Counter(clinic.ask(query))


@pytest.fixture
def known(clinic: Clinic) -> Clinic:
    """Two visits of each patient are known; of the first, each was reminded."""
    clinic.read_from(OLD)
    clinic.export(*visits("03-05 09:00", "03-12 10:00"), name="old.csv")
    days(clinic, "02-27 09:00", "03-03 09:00")
    assert reminded(clinic) == {(name, "03-05"): 1 for name in PATIENTS}
    return clinic


def test_a_source_under_a_new_name_takes_its_visits_along_and_nobody_is_reminded_twice(known: Clinic) -> None:
    known.read_from(NEW)
    rows = visits("03-05 09:00", "03-12 10:00", numbered="N")
    rows[-1]["start"] = "2026-03-16 10:00"  # Cora's is moved at the same time, so that the old one is left over
    known.export(*rows, name="new.csv")
    days(known, "03-04 09:00")
    assert known.ask("SELECT COUNT(*) FROM patients WHERE same_as = 0") == [3]
    told = '1 coming appointment stands in source "old" alone, which config/sources.yaml names no more.'
    assert known.ask("SELECT what FROM problems") == [told]
    assert told in known.command("check", moment="2026-03-04 10:00").output
    before = (
        known.ask("SELECT * FROM appointments"),
        known.ask("SELECT * FROM events"),
        known.ask("SELECT * FROM problems"),
    )
    assert told in known.pull("2026-03-04 11:00").outcome.notes[0]
    assert before == (
        known.ask("SELECT * FROM appointments"), known.ask("SELECT * FROM events"), known.ask("SELECT * FROM problems"),
    )  # fmt: skip
    known.export(*rows, name="new.csv")
    days(known, "03-10 09:00")
    assert known.fates("Cora", "reminder")[1] == ("planned", f"{UNFOLLOWED}{TO_CORRECT}")
    said = known.command("problems", "--is-gone", "old", "--who", "Ann", moment="2026-03-10 10:00")
    assert said.output == '"old" is gone, says Ann: 1 coming appointment that stood in it alone is booked no more.\n'
    assert known.ask("SELECT what FROM problems") == []
    word = (
        'On Tue 10 Mar 2026, 10:00 Ann said of source "old": gone for good; 1 coming appointment that stood in it '
        "alone is booked no more.\n"
    )
    for command, moment in (("status", "2026-03-10 11:00"), ("problems", "2026-04-09 09:00")):
        assert word in known.command(command, moment=moment).output
    assert word not in known.command("problems", moment="2026-04-10 09:00").output
    assert word in known.command("problems", "--all", moment="2026-04-10 09:00").output
    for day in ("11", "12"):
        known.export(*rows, name="new.csv")
        days(known, f"03-{day} 09:00")
    assert reminded(known) == {(name, "03-05"): 1 for name in PATIENTS} | {("Ada", "03-12"): 1, ("Ben", "03-12"): 1}
    assert known.pull("2026-03-12 11:00").outcome.notes == ()


def test_of_two_sources_side_by_side_the_one_that_is_left_counts_alone(known: Clinic) -> None:
    known.read_from(OLD, NEW)
    rows = visits("03-05 09:00", "03-12 10:00", numbered="N")
    known.export(*rows, name="new.csv")
    days(known, "03-04 09:00")
    known.read_from(NEW)
    rows[1]["status"] = "cancelled"
    rows[3]["start"] = "2026-03-13 11:00"
    known.export(*rows, name="new.csv")
    days(known, "03-05 09:00")
    assert known.ask("SELECT what FROM problems") == []
    known.export(*rows, name="new.csv")
    days(known, "03-10 09:00", "03-11 09:00")
    of_march = {name: count for name, count in reminded(known).items() if name[1] != "03-05"}
    assert of_march == {("Ben", "03-13"): 1, ("Cora", "03-12"): 1}


def test_where_only_a_calendar_is_left_what_stands_there_counts_and_is_reminded_of(clinic: Clinic) -> None:
    calendar = "{name: calendar, path: exports/*.ics}"
    clinic.read_from(OLD, calendar)
    (clinic.home / "exports" / "studio.ics").write_text(WEEKLY)
    mira = {"last_name": "Quill", "booked_at": "2026-02-20 10:00"}
    clinic.export(
        *(appointment("Mira", f"2026-{day} 09:00", "booked", **mira) for day in ("03-06", "03-13")), name="old.csv"
    )
    days(clinic, "03-02 09:00")
    clinic.read_from(calendar)
    days(clinic, "03-03 09:00", "03-04 09:00", "03-11 09:00")
    assert reminded(clinic) == {("Mira", "03-06"): 1, ("Mira", "03-13"): 1}
    assert clinic.ask("SELECT what FROM problems") == []


def test_the_letters_of_a_source_that_is_named_again_wait_no_more(known: Clinic) -> None:
    known.read_from(NEW)
    known.export(*visits("03-05 09:00"), name="new.csv")
    days(known, "03-04 09:00")
    assert known.ask("SELECT DISTINCT unread FROM appointments WHERE starts_on = '2026-03-12'") == [2]
    known.read_from(OLD, NEW)
    days(known, "03-05 09:00")
    assert known.ask("SELECT DISTINCT unread FROM appointments") == [0]
    assert known.ask("SELECT what FROM problems") == []


def test_so_they_do_where_the_pull_that_first_sees_it_is_killed(known: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    known.read_from(NEW)
    known.export(*visits("03-05 09:00"), name="new.csv")
    days(known, "03-04 09:00")
    known.read_from(OLD, NEW)
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(pull_appointments, "begin_reading", Mock(side_effect=KeyboardInterrupt))
        known.pull("2026-03-05 09:00")
    known.export(*visits("03-05 09:00", "03-12 10:00"), name="old.csv")
    days(known, "03-05 10:00", "03-10 09:00", "03-11 09:00")
    assert known.ask("SELECT DISTINCT unread FROM appointments") == [0]
    assert known.ask("SELECT what FROM problems") == []
    assert {(name, day) for name, day in reminded(known) if day == "03-12"} == {(name, "03-12") for name in PATIENTS}


def test_only_a_source_that_is_named_no_more_can_be_called_gone(known: Clinic) -> None:
    said = known.command("problems", "--is-gone", "old", moment="2026-03-04 10:00")
    assert (said.exit_code, said.output) == (1, 'config/sources.yaml names "old" still. Take it out there first.\n')
    said = known.command("problems", "--is-gone", "older", moment="2026-03-04 10:00")
    assert (said.exit_code, said.output) == (1, 'There is no source "older" that is named no more.\n')
