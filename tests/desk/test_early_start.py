"""Files and templates are read before the database is open; what that began from must have been right, or it counts
for nothing."""

from collections.abc import Callable
from datetime import datetime

import pytest
from hand_written_clinic import Clinic, Ran, appointment

from jobs.desk.early_start import started_early
from jobs.mail.writing import LetterWriter
from jobs.runner.run import FINE, run_job
from jobs.runner.settings_loading import load_settings
from jobs.runner.tools import open_tools
from jobs.sources.child_process import ChildProcess, spare_child
from jobs.store.early_look import early_bookings, early_memories

PULL = "pull_appointments"
NOW = datetime(2026, 3, 4, 7)  # noqa: DTZ001  the clinic's own time
ANN, BEA = appointment("Ann", "2026-03-03 09:30"), appointment("Bea", "2026-03-03 10:30")


def pull(clinic: Clinic, meanwhile: Callable[[], object] = lambda: None) -> Ran:
    """Pull as `run_jobs.py run` does; `meanwhile` happens between the early start and the pull itself."""
    settings = load_settings(clinic.home)
    with started_early(clinic.home, settings, NOW, [PULL]) as early:
        meanwhile()
        tools = open_tools(clinic.home, settings, NOW, early)
        try:
            return Ran(*run_job(PULL, tools))
        finally:
            tools.store.close()


def no_other_child(monkeypatch: pytest.MonkeyPatch) -> Callable[[], object]:
    return lambda: monkeypatch.setattr("jobs.sources.reading.ChildProcess", None)


def test_the_first_pull_of_a_new_clinic_uses_the_reading_that_began_early(
    new_clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_clinic.export(ANN, BEA)
    ran = pull(new_clinic, meanwhile=no_other_child(monkeypatch))
    assert (ran.code, ran.counts["appointments new"]) == (FINE, 2)


def test_a_later_pull_uses_it_too_and_reads_only_what_changed(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic.export(ANN, BEA)
    assert clinic.pull("2026-03-03 07:00").counts["appointments new"] == 2
    clinic.export(ANN | {"status": "cancelled"}, BEA)
    ran = pull(clinic, meanwhile=no_other_child(monkeypatch))
    assert (ran.code, ran.counts["appointments changed"], ran.counts["appointments unchanged"]) == (FINE, 1, 1)


def test_where_another_pull_came_between_everything_is_compared_with_what_that_one_saved(clinic: Clinic) -> None:
    clinic.export(ANN)

    def another_pull() -> None:
        assert clinic.pull("2026-03-04 06:59").counts["appointments new"] == 1
        clinic.export(ANN, BEA)

    ran = pull(clinic, meanwhile=another_pull)
    assert (ran.code, ran.counts["appointments new"], ran.counts["appointments unchanged"]) == (FINE, 1, 1)


def test_a_reading_that_nobody_took_ends_with_the_run(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[ChildProcess] = []

    class Watched(ChildProcess):
        def __init__(self) -> None:
            super().__init__()
            started.append(self)

    monkeypatch.setattr("jobs.sources.reading.ChildProcess", Watched)
    clinic.export(ANN)
    with started_early(clinic.home, load_settings(clinic.home), NOW, [PULL]):
        pass
    (child,) = started
    assert child._process.poll() is not None


@pytest.mark.parametrize("damage", [b"no database", b"SQLite format 3\0 and then nothing of the kind"])
def test_nothing_begins_early_where_the_database_cannot_be_looked_into(clinic: Clinic, damage: bytes) -> None:
    settings = load_settings(clinic.home)
    clinic.database.write_bytes(damage)
    assert early_memories(settings.database_url, "lakeside") is None
    with started_early(clinic.home, settings, NOW, [PULL]) as early:
        assert not early.readings
    assert early_memories("postgresql://db.lakeside.example/clinic", "lakeside") is None


def test_the_process_that_writes_the_letters_is_there_early_and_ends_with_the_run(clinic: Clinic) -> None:
    with started_early(clinic.home, load_settings(clinic.home), NOW, [PULL, "send_follow_ups"]) as early:
        letters = early.letters
        assert letters
        with LetterWriter(letters) as writer:
            assert "welcome.md" in writer.usable
    assert not letters.process.is_alive()


@pytest.mark.parametrize("names", [[PULL], ["send_follow_ups", "send_follow_ups"]])
def test_it_is_not_started_for_nothing_and_not_for_two_jobs(clinic: Clinic, names: list[str]) -> None:
    with started_early(clinic.home, load_settings(clinic.home), NOW, names) as early:
        assert early.letters is None


def test_the_child_that_was_started_first_of_all_reads_the_export(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.export(ANN, BEA)
    settings = load_settings(clinic.home)
    with spare_child(wanted=True) as spare:
        no_other_child(monkeypatch)()
        with started_early(clinic.home, settings, NOW, [PULL], spare) as early:
            (reading,) = early.readings.values()
            assert [len(part.rows) for file in reading.reading for part in file.values] == [2]


def test_a_child_that_nobody_asked_anything_ends_with_the_run(clinic: Clinic) -> None:
    with spare_child(wanted=True) as spare:
        (child,) = spare
    assert child._process.poll() is not None
    with spare_child(wanted=False) as spare:
        assert not spare


def test_what_is_booked_in_one_source_alone_is_counted_before_the_database_is_open(clinic: Clinic) -> None:
    clinic.read_from("{name: old, path: exports/old.csv}", "{name: new, path: exports/new.csv}")
    starts = ("03-01 09:00", "03-03 23:30", "03-05 09:00", "03-06 09:00", "04-01 09:00")
    clinic.export(*(appointment("Ann", f"2026-{start}", "booked") for start in starts), name="old.csv")
    again = {"appointment_id": "again"}
    clinic.export(appointment("Ann", "2026-03-05 09:00", "booked", **again), name="new.csv")
    clinic.pull("2026-03-02 09:00")
    url = load_settings(clinic.home).database_url
    at_night = "2026-03-04T07:00:00Z"  # in the clinic it is eleven of the evening before
    assert early_bookings(url, "lakeside", at_night) == [("old", 3)]
    assert early_bookings(url, "lakeside", "2026-03-06T17:00:00Z") == [("old", 1)]
    assert early_bookings(url, "other", at_night) == early_bookings(f"{url}x", "lakeside", at_night) == []
