"""A Google calendar over real HTTP: every entry once, the token never ahead of the rows, trouble as one sentence."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from click.testing import Result
from hand_written_clinic import ROOT, Clinic
from loopback_google import Answer, Call, HangUp, LoopbackGoogle, service_key, settings_for, trouble
from made_up_calendar import MadeUpCalendar, event

from jobs.clinic.value_rules import ValueRules
from jobs.runner.run import FAILED, FINE
from jobs.sources import google_calendar
from jobs.sources.google_calendar import mark_of
from jobs.sources.google_reading import GoogleReading
from jobs.sources.guests import Booking, Invitations
from jobs.sources.read_results import FileRead
from jobs.sources.source import Source

ID = "studio@group.calendar.google.com"
SOURCE = Source("studio", google_calendar=ID)
ZONE = "America/Los_Angeles"
TODAY = date(2025, 8, 4)
MOMENT, LATER, NEXT = "2025-08-04 07:00", "2025-08-04 09:00", "2025-08-05 07:00"


@pytest.fixture
def calendar(google: LoopbackGoogle) -> MadeUpCalendar:
    return MadeUpCalendar(google)


@pytest.fixture
def clinic(tmp_path: Path, calendar: MadeUpCalendar) -> Clinic:
    """A clinic whose only source is the calendar."""
    clinic = Clinic.opened(tmp_path / "clinic")
    clinic.read_from(f"{{name: studio, google_calendar: {ID}}}")
    key = service_key(tmp_path, calendar.google)
    with (clinic.home / "config" / "clinic.yaml").open("a", encoding="utf-8") as settings:
        settings.write(f"\ngoogle:\n  service_account_file: {key}\n  endpoint: {calendar.google.endpoint}\n")
    return clinic


def command(clinic: Clinic, *words: str) -> Result:
    return clinic.command(*words, moment=MOMENT)


def token(clinic: Clinic) -> bytes:
    """What is remembered of the calendar, as the store has it."""
    found: list[bytes] = clinic.ask("SELECT memory FROM source_files WHERE source = 'studio'")
    return found[0] if found else b""


def read(google: LoopbackGoogle, folder: Path, memory: bytes = b"") -> FileRead:
    """Read the calendar without a clinic, and without waiting between two tries."""
    known = {"Google Calendar": memory} if memory else {}
    settings, rules = settings_for(folder, google), ValueRules(zone=ZONE, prefix="studio")
    (file,) = GoogleReading(SOURCE, settings, folder, known, TODAY, ZONE, rules, wait=lambda seconds: None)
    return file


def said(google: LoopbackGoogle, folder: Path) -> str:
    problem = read(google, folder).problem
    return f"{problem.what} {problem.remedy}" if problem else ""


def starts(clinic: Clinic) -> list[tuple[str, str]]:
    return clinic.ask("SELECT starts_at, status FROM appointments ORDER BY key")


def lists(google: LoopbackGoogle) -> list[dict[str, str]]:
    """What each call for entries asked."""
    return [call.query for call in google.calls if call.path.endswith("/events")]


def test_ten_thousand_entries_in_forty_pages_arrive_each_once(clinic: Clinic, calendar: MadeUpCalendar) -> None:
    calendar.put(*(event(number, f"2025-08-{11 + number % 15:02}T09:00:00-07:00") for number in range(10_000)))
    ran = clinic.pull(MOMENT)
    assert (ran.code, ran.counts["appointments new"]) == (FINE, 10_000)
    assert len(lists(calendar.google)) == 40
    assert clinic.ask("SELECT count(*), count(DISTINCT key) FROM appointments") == [(10_000, 10_000)]
    again = clinic.pull(LATER)
    assert (again.code, again.counts.get("appointments read", 0)) == (FINE, 0)
    assert len(lists(calendar.google)) == 41 and lists(calendar.google)[-1]["syncToken"] == "token-10000"


def test_killed_after_page_twenty_nothing_is_kept_and_the_next_pull_gets_all(
    clinic: Clinic, calendar: MadeUpCalendar
) -> None:
    calendar.put(*(event(number) for number in range(400)))
    calendar.on_a_page = 10
    processes: list[subprocess.Popen[str]] = []
    known = Event()

    def kill_at_page_twenty(call: Call) -> Answer | None:
        if call.query.get("pageToken") == "page-200":
            assert known.wait(60)
            processes[0].send_signal(signal.SIGKILL)
            raise HangUp
        return None

    calendar.google.script = kill_at_page_twenty
    processes.append(clinic.process("pull_appointments", MOMENT))
    known.set()
    assert processes[0].wait(60) == -signal.SIGKILL
    for pipe in (processes[0].stdout, processes[0].stderr):
        if pipe:
            pipe.close()
    assert (token(clinic), starts(clinic)) == (b"", [])
    calendar.google.script = lambda call: None
    assert clinic.pull(LATER).counts["appointments new"] == 400


def test_the_token_is_kept_with_the_rows_or_not_at_all(clinic: Clinic, calendar: MadeUpCalendar) -> None:
    calendar.put(event(1))
    clinic.pull(MOMENT)
    before = token(clinic)
    calendar.put(event(2))
    with sqlite3.connect(clinic.database) as database:  # the disk, say, fails at the very end
        database.execute(
            "CREATE TRIGGER fails BEFORE INSERT ON source_files BEGIN SELECT RAISE(ABORT, 'made to fail'); END"
        )
    assert clinic.pull(LATER).code == FAILED
    assert (token(clinic), len(starts(clinic))) == (before, 1)
    with sqlite3.connect(clinic.database) as database:
        database.execute("DROP TRIGGER fails")
    assert clinic.pull(NEXT).counts["appointments new"] == 1


def test_moved_changed_and_deleted_entries_come_as_what_they_are(clinic: Clinic, calendar: MadeUpCalendar) -> None:
    calendar.put(*(event(number) for number in range(3)))
    clinic.pull(MOMENT)
    calendar.put(event(0, "2025-08-12T10:00:00-07:00"))
    calendar.delete("e1")
    clinic.pull(LATER)
    assert starts(clinic) == [
        ("2025-08-12T17:00:00Z", "booked"), ("2025-08-11T16:00:00Z", "cancelled"), ("2025-08-11T16:00:00Z", "booked"),
    ]  # fmt: skip
    assert clinic.ask("SELECT what FROM events ORDER BY id")[3:] == ["moved", "cancelled"]
    clinic.send("2025-08-04 10:00")
    assert ("Mira", "cancelled") in clinic.in_state("planned") | clinic.in_state("ready") | clinic.in_state("sent")


def test_one_date_of_a_series_is_moved_and_one_is_cancelled(clinic: Clinic, calendar: MadeUpCalendar) -> None:
    series = [
        event(1, f"2025-08-{day}T09:00:00-07:00", id=f"weekly_202508{day}T160000Z", recurringEventId="weekly")
        for day in (11, 18, 25)
    ]
    calendar.put(*series)
    clinic.pull(MOMENT)
    calendar.put(series[1] | {"start": {"dateTime": "2025-08-19T11:00:00-07:00"}})
    calendar.put({"id": series[2]["id"], "status": "cancelled", "recurringEventId": "weekly"})
    clinic.pull(LATER)
    assert starts(clinic) == [
        ("2025-08-11T16:00:00Z", "booked"), ("2025-08-19T18:00:00Z", "booked"), ("2025-08-25T16:00:00Z", "cancelled"),
    ]  # fmt: skip


def test_what_is_no_appointment_is_none(clinic: Clinic, calendar: MadeUpCalendar) -> None:
    calendar.put(
        event(1, title="Lunch"),
        event(2, eventType="outOfOffice"),
        event(3, start="2025-08-11") | {"start": {"date": "2025-08-11"}, "end": {"date": "2025-08-12"}},
        event(4),
    )
    clinic.pull(MOMENT)
    assert clinic.ask("SELECT key FROM appointments") == ["studio:e4"]
    calendar.put(event(4, title="Lunch"), event(5, "2025-08-20T09:00:00-07:00"))
    clinic.pull(LATER)
    assert [status for _, status in starts(clinic)] == ["rescheduled", "booked"]  # nobody is reminded of a lunch


def test_a_token_that_google_forgot_leads_to_all_of_it_and_what_went_meanwhile_is_gone(
    clinic: Clinic, calendar: MadeUpCalendar
) -> None:
    calendar.put(*(event(number, f"2025-08-{11 + number}T09:00:00-07:00") for number in range(4)))
    clinic.pull(MOMENT)
    calendar.changes = [entry for entry in calendar.changes if entry["id"] != "e1"]  # deleted so long ago that
    calendar.put(event(9, "2025-08-20T09:00:00-07:00"))  # nothing is left of it
    calendar.forgotten = 4
    ran = clinic.pull(LATER)
    assert ran.code == FINE
    assert [("syncToken" in asked, "timeMin" in asked) for asked in lists(calendar.google)] == [
        (False, True), (True, False), (False, True),
    ]  # fmt: skip
    assert Counter(status for _, status in starts(clinic)) == {"booked": 4, "rescheduled": 1}


def test_a_week_later_all_is_asked_for_anew_so_that_series_go_on(clinic: Clinic, calendar: MadeUpCalendar) -> None:
    calendar.put(event(1), event(2, "2026-02-04T09:00:00-08:00"))
    clinic.pull(MOMENT)
    assert len(starts(clinic)) == 1
    clinic.pull(NEXT)
    assert "syncToken" in lists(calendar.google)[-1]
    clinic.pull("2025-08-11 07:00")
    assert "timeMax" in lists(calendar.google)[-1] and len(starts(clinic)) == 2


def test_very_many_deletions_at_once_are_not_believed(clinic: Clinic, calendar: MadeUpCalendar) -> None:
    calendar.put(*(event(number) for number in range(40)))
    clinic.pull(MOMENT)
    for number in range(30):
        calendar.delete(f"e{number}")
    clinic.pull(LATER)
    assert Counter(status for _, status in starts(clinic)) == {"booked": 40}
    told = ["30 coming appointments are no longer in this file. They still count as booked."]
    assert clinic.ask("SELECT what FROM problems") == told
    calendar.put(event(99))
    calendar.delete("e35")
    clinic.pull("2025-08-04 09:10")
    assert Counter(status for _, status in starts(clinic)) == {"booked": 40, "cancelled": 1}
    assert clinic.ask("SELECT what FROM problems") == told
    before = clinic.ask("SELECT * FROM appointments"), clinic.ask("SELECT * FROM events")
    calendar.forgotten = len(calendar.changes)  # all is asked for anew, and the deleted ones are told again
    clinic.pull("2025-08-04 09:20")
    assert (clinic.ask("SELECT * FROM appointments"), clinic.ask("SELECT * FROM events")) == before
    assert clinic.ask("SELECT what FROM problems") == told
    said = clinic.command("problems", "--is-right", "studio", moment="2025-08-04 10:00")
    assert (said.exit_code, clinic.ask("SELECT what FROM problems")) == (0, [])
    assert Counter(status for _, status in starts(clinic)) == {"booked": 10, "rescheduled": 30, "cancelled": 1}
    calendar.forgotten = len(calendar.changes)
    clinic.pull("2025-08-04 11:00")
    assert Counter(status for _, status in starts(clinic)) == {"booked": 10, "rescheduled": 30, "cancelled": 1}
    assert clinic.ask("SELECT what FROM problems") == []


def test_entries_that_a_whole_reading_no_longer_has_are_told_until_they_are_back(
    clinic: Clinic, calendar: MadeUpCalendar
) -> None:
    calendar.put(*(event(number, f"2025-08-{12 if number else 20}T09:00:00-07:00") for number in range(40)))
    clinic.pull(MOMENT)
    calendar.changes, entries = calendar.changes[:10], calendar.changes[10:]
    calendar.forgotten = 40
    clinic.pull(LATER)
    calendar.put(event(99))
    clinic.pull("2025-08-04 09:10")
    told = ["30 coming appointments are no longer in this file. They still count as booked."]
    assert clinic.ask("SELECT what FROM problems") == told
    calendar.put(*entries[:28])
    clinic.pull("2025-08-04 09:20")
    assert Counter(status for _, status in starts(clinic)) == {"booked": 39, "rescheduled": 2}
    assert clinic.ask("SELECT what FROM problems") == []


def test_of_a_calendar_that_loses_very_many_entries_at_once_each_is_told(
    google: LoopbackGoogle, calendar: MadeUpCalendar, tmp_path: Path
) -> None:
    calendar.on_a_page = 2500
    calendar.put(*(event(number) for number in range(6_000)))
    known = read(google, tmp_path).memory
    calendar.changes, calendar.forgotten = [event(9_000)], 6_000
    lost = {mark_of(f"e{number}") for number in range(6_000)}
    now = read(google, tmp_path, known)
    assert now.gone == lost
    calendar.put(event(9_001))
    assert read(google, tmp_path, now.memory).gone == lost


def test_deleted_entries_that_are_put_back_are_told_no_more(clinic: Clinic, calendar: MadeUpCalendar) -> None:
    entries = [event(number) for number in range(40)]
    calendar.put(*entries)
    clinic.pull(MOMENT)
    for number in range(30):
        calendar.delete(f"e{number}")
    clinic.pull(LATER)
    calendar.put(*entries[:28])
    clinic.pull("2025-08-04 09:10")
    assert Counter(status for _, status in starts(clinic)) == {"booked": 38, "rescheduled": 2}
    assert clinic.ask("SELECT what FROM problems") == []


def of_guests(*guests: str, **more: Any) -> dict[str, Any]:
    """A class of these guests."""
    attendees: list[dict[str, Any]] = [{"email": f"{guest}@patient.example"} for guest in guests]
    return event(1, title="Pilates Mat Class", attendees=attendees) | more


def booked_for(clinic: Clinic) -> list[str]:
    """The guests of appointments that stand."""
    query = "SELECT address_key FROM appointments a JOIN patients p ON p.id = patient_id WHERE status = 'booked'"
    return sorted(address.partition("@")[0] for address in clinic.ask(query))


def test_a_class_is_an_appointment_of_each_guest_and_one_who_goes_leaves_the_others_be(
    clinic: Clinic, calendar: MadeUpCalendar
) -> None:
    calendar.put(of_guests("anna", "ben", "cleo"), event(2))
    clinic.pull(MOMENT)
    assert booked_for(clinic) == ["anna", "ben", "cleo", "mira2"]
    calendar.put(of_guests("anna", "cleo"))
    clinic.pull(LATER)
    assert booked_for(clinic) == ["anna", "cleo", "mira2"]
    assert clinic.ask("SELECT what, count(*) FROM events GROUP BY what") == [("booked", 4)]
    declined = of_guests("anna", "cleo")
    declined["attendees"][1]["responseStatus"] = "declined"
    calendar.put(declined)
    clinic.pull("2025-08-04 09:10")
    assert booked_for(clinic) == ["anna", "mira2"]
    calendar.put(of_guests("anna", "dan"))
    clinic.pull("2025-08-04 09:20")
    assert booked_for(clinic) == ["anna", "dan", "mira2"]
    of_anna = "SELECT count(*) FROM events JOIN patients p ON p.id = patient_id WHERE address_key LIKE 'anna%'"
    assert clinic.ask(of_anna) == [1]
    calendar.delete("e1")
    clinic.pull("2025-08-04 09:30")
    assert booked_for(clinic) == ["mira2"]
    assert Counter(clinic.ask("SELECT what FROM events")) == {"booked": 5, "cancelled": 2}


def test_a_class_that_was_read_as_its_first_guests_becomes_one_of_each(
    clinic: Clinic, calendar: MadeUpCalendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As before an upgrade."""
    monkeypatch.setattr(
        Invitations, "bookings", lambda _, number, title, guests: [Booking(number, [*guests][0], title)]
    )
    monkeypatch.setattr(google_calendar, "_FORMAT", 1)
    calendar.put(of_guests("anna", "ben"), event(2))
    clinic.pull(MOMENT)
    assert booked_for(clinic) == ["anna", "mira2"]
    monkeypatch.undo()
    ran = clinic.pull(LATER)
    assert (booked_for(clinic), ran.counts["appointments renumbered"]) == (["anna", "ben", "mira2"], 1)
    assert clinic.ask("SELECT what, count(*) FROM events GROUP BY what") == [("booked", 3)]


def test_an_entry_that_names_nobody_stays_listed_until_it_does(clinic: Clinic, calendar: MadeUpCalendar) -> None:
    nobody = event(1, title="Eval") | {"attendees": []}
    calendar.put(nobody, event(2))
    clinic.pull(MOMENT)
    listed = clinic.ask("SELECT file, row, what FROM problems")
    assert listed == [("Google Calendar", 20250811, "No patient can be read from the title of this entry.")]
    calendar.put(event(3))
    clinic.pull(LATER)
    assert clinic.ask("SELECT file, row, what FROM problems") == listed
    calendar.put(event(1, title="Eval - Mira Quill"))
    clinic.pull(NEXT)
    assert clinic.ask("SELECT what FROM problems") == []


SENTENCES: dict[str, tuple[Any, str]] = {
    "403": (trouble(403, "forbidden"),
            "Google (calendar) answered 403 forbidden. Share the calendar, with all details, with the account that "
            "signs in. It is tried again next time."),
    "404": (trouble(404, "notFound"),
            "Google has no calendar of this name for us. Check google_calendar: in config/sources.yaml, and share the "
            "calendar with the account that signs in. It is tried again next time."),
    "429": (trouble(429, "rateLimitExceeded"),
            "Google (calendar) answered 429 rateLimitExceeded: it has had enough of us for now. It is tried again next "
            "time."),
    "500": (trouble(500, "backendError"), "Google (calendar) answered 500 backendError. It is tried again next time."),
    "503": (trouble(503), "Google (calendar) answered 503. It is tried again next time."),
    "no JSON": (Answer(200, b"<html>made up</html>"),
                "Google (calendar) answered something that cannot be read (ValueError). It is tried again next time."),
    "half of it": (Answer(200, b'{"items": [{"id": "e1", "sum'),
                   "Google (calendar) answered something that cannot be read (ValueError). It is tried again next "
                   "time."),
    "a list": (Answer(200, []),
               "Google (calendar) answered something that cannot be read (ValueError). It is tried again next time."),
    "no end": (Answer(200, {"items": [], "nextPageToken": "page-0"}),
               "Google gives one page after the other without an end. It is tried again next time."),
    "no token": (Answer(200, {"items": []}),
                 "Google ended its list without saying where to go on next time. It is tried again next time."),
}  # fmt: skip


@pytest.mark.parametrize("name", SENTENCES)
def test_trouble_is_one_sentence(google: LoopbackGoogle, tmp_path: Path, name: str) -> None:
    answer, sentence = SENTENCES[name]
    google.on("GET", "/calendar/v3/calendars/[^/]+/events", lambda call: answer)
    assert said(google, tmp_path) == sentence


def test_ever_new_pages_without_an_end_are_cut_off(
    google: LoopbackGoogle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.sources.google_calendar.MOST_PAGES", 12)
    pages = iter(range(1_000))
    answer = {"items": []}
    google.on("GET", "/calendar/v3/calendars/[^/]+/events",
              lambda call: Answer(200, answer | {"nextPageToken": f"p{next(pages)}"}))  # fmt: skip
    assert said(google, tmp_path).startswith("Google gives one page after the other without an end.")
    assert len(lists(google)) == 12


def test_trouble_in_the_middle_keeps_the_token_and_the_next_pull_makes_up_for_it(
    google: LoopbackGoogle, calendar: MadeUpCalendar, tmp_path: Path
) -> None:
    calendar.put(*(event(number) for number in range(5)))
    first = read(google, tmp_path)
    calendar.put(*(event(number) for number in range(5, 45)))
    calendar.on_a_page = 10
    google.script = lambda call: trouble(503) if call.query.get("pageToken") == "page-20" else None
    broken = read(google, tmp_path, first.memory)
    assert (broken.outcome, broken.memory) == ("refused", b"")
    google.script = lambda call: None
    whole = read(google, tmp_path, first.memory)
    assert sum(len(part.appointments) for part in whole.values) == 40


def test_a_busy_google_is_asked_again_and_nothing_is_lost(
    google: LoopbackGoogle, calendar: MadeUpCalendar, tmp_path: Path
) -> None:
    calendar.put(*(event(number) for number in range(30)))
    calendar.on_a_page = 10
    turns = Counter[str]()

    def each_page_fails_once(call: Call) -> Answer | None:
        page = call.query.get("pageToken", "")
        turns[page] += 1
        return trouble(403, "userRateLimitExceeded") if "token" not in call.path and turns[page] == 1 else None

    google.script = each_page_fails_once
    file = read(google, tmp_path)
    assert sum(len(part.appointments) for part in file.values) == 30


def test_an_expired_access_token_is_renewed_in_the_middle(
    google: LoopbackGoogle, calendar: MadeUpCalendar, tmp_path: Path
) -> None:
    calendar.put(*(event(number) for number in range(30)))
    calendar.on_a_page = 10

    def expires(call: Call) -> Answer | None:
        if call.query.get("pageToken") == "page-10" and len(google.tokens) == 1:
            google.valid.clear()
        return None

    google.script = expires
    file = read(google, tmp_path)
    assert (sum(len(part.appointments) for part in file.values), len(google.tokens)) == (30, 2)


def test_a_sign_in_that_is_no_longer_valid_is_a_sentence_and_other_sources_go_on(
    clinic: Clinic, calendar: MadeUpCalendar
) -> None:
    clinic.read_from(f"{{name: studio, google_calendar: {ID}}}", "{name: export, path: exports/*.csv}")
    clinic.export({"appointment_id": "1", "patient_id": "1", "first_name": "Ben", "start": "2025-08-11 09:00"})
    calendar.google.script = lambda call: (
        Answer(400, {"error": "invalid_grant", "error_description": "made up"}) if call.path == "/token" else None
    )
    told = command(clinic, "run", "pull_appointments")
    assert told.exit_code == FAILED
    key = clinic.home.parent / "key.json"
    failed = (
        "Nothing was read from Google Calendar (studio): Google does not accept the sign-in (invalid_grant). Let a "
        f"Google Workspace administrator check that the key {key} is still valid and that its service account may use: "
        "https://www.googleapis.com/auth/calendar.events.readonly. It is tried again next time."
    )
    assert told.output.splitlines()[0] == f"pull_appointments failed: {failed}"
    assert f"Waits for a person:\n  pull_appointments failed: {failed}\n" in command(clinic, "status").output
    (what,) = clinic.ask("SELECT what FROM problems WHERE source = 'studio'")
    assert failed == f"Nothing was read from Google Calendar (studio): {what} It is tried again next time."
    assert clinic.ask("SELECT source FROM appointments") == ["export"]


def test_a_pull_without_google_loads_nothing_of_it(tmp_path: Path) -> None:
    clinic = Clinic.opened(tmp_path / "clinic")
    clinic.export({"appointment_id": "1", "patient_id": "1", "first_name": "Ben", "start": "2025-08-11 09:00"})
    program = (
        "import sys; sys.argv = ['run_jobs.py', '-C', sys.argv[1], '--now', '2025-08-04 07:00', 'run', "
        "'pull_appointments']\nfrom jobs.desk.commands import cli\ntry: cli()\nexcept SystemExit: pass\n"
        "print([name for name in sys.modules if name.startswith(('googleapiclient', 'google.', 'httplib2', "
        "'icalendar', 'pandas', 'jobs.sources.google_'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(clinic.home)], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]", done.stdout + done.stderr
