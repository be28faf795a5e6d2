"""What a pull saw is compared with what was known; only what changed is written."""

from datetime import date

import pytest
from sqlalchemy import select, text

from jobs.clinic.records import Appointment
from jobs.store.appointments import save_appointments
from jobs.store.episodes import histories, refresh_episodes
from jobs.store.memory import open_store
from jobs.store.runs import renew_sign
from jobs.store.tables import appointments, cursors, episodes, events, metadata, patients

NOW = "2026-03-04T20:00:00Z"


def appointment(key: str = "a1", patient: str = "p1", **values: object) -> Appointment:
    known = dict.fromkeys(Appointment._fields, "") | {
        "key": key,
        "patient_key": patient,
        "first_name": "Mira",
        "email": "mira@patient.example",
        "starts_at": "2026-03-09T17:00:00Z",
        "starts_on": "2026-03-09",
        "status": "booked",
        "step": "visit",
        "row": 2,
    }
    return Appointment(**(known | values))  # type: ignore[arg-type]


def save(store, *batch: Appointment, at: str = NOW):
    with store.begin() as memory:
        saved = save_appointments(memory, batch, "export", at)
        refresh_episodes(memory, saved.patients, date.fromisoformat(at[:10]))
    return saved[:3]


def rows(store, *columns):
    with store.begin() as memory:
        return [tuple(row) for row in memory.connection.execute(select(*columns).order_by(*columns))]


def test_the_migrated_tables_are_those_of_the_program(store):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_migration_is_the_one_the_program_asks_for(store):
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from jobs.store.migrations import HEAD

    config = Config()
    config.set_main_option("script_location", "jobs/store/migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_the_database_survives_a_power_cut_and_keeps_its_references(store, tmp_path):
    with store.begin() as memory:
        pragma = [
            memory.connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert pragma == ["wal", 2, 1]
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "state" / "clinic.sqlite").stat().st_mode & 0o777 == 0o600


def test_what_the_next_run_would_read_again_waits_for_no_disk_and_what_comes_after_it_does(store):
    for repeatable, synchronous in ((False, 2), (True, 1), (True, 1), (False, 2)):
        with store.begin(repeatable=repeatable) as memory:
            assert memory.connection.execute(text("PRAGMA synchronous")).scalar() == synchronous


def test_a_sign_is_never_given_in_what_a_power_cut_may_undo(store):
    before = rows(store, cursors.c.name, cursors.c.value)
    with pytest.raises(ValueError, match="outlive a power cut"), store.begin(repeatable=True) as memory:
        renew_sign(memory)
    assert rows(store, cursors.c.name, cursors.c.value) == before


def test_what_did_not_change_is_not_written_again(store):
    assert save(store, appointment()) == (1, 0, 0)
    assert save(store, appointment(row=9)) == (0, 0, 1)
    assert save(store, appointment(status="cancelled"), appointment("a2")) == (1, 1, 0)


def test_an_event_is_kept_once_however_often_the_status_goes_to_and_fro(store):
    for status in ("booked", "cancelled", "booked", "cancelled"):
        save(store, appointment(status=status))
    assert rows(store, events.c.what) == [("booked",), ("cancelled",)]


def test_an_empty_cell_does_not_erase_an_address(store):
    save(store, appointment())
    save(store, appointment("a2", email="", first_name=""))
    assert rows(store, patients.c.first_name, patients.c.email) == [("Mira", "mira@patient.example")]


def test_a_changed_address_is_written_with_its_key(store):
    save(store, appointment())
    save(store, appointment("a2", email="Mira+pt@Patient.example"))
    assert rows(store, patients.c.email, patients.c.address_key) == [
        ("Mira+pt@Patient.example", "mira@patient.example")
    ]


def test_episodes_are_numbered_and_follow_a_correction(store):
    save(
        store,
        appointment("a1", starts_at="2026-01-05T17:00:00Z", starts_on="2026-01-05", status="completed"),
        appointment("a2", step="evaluation"),
    )
    assert rows(store, appointments.c.key, appointments.c.episode) == [("a1", 1), ("a2", 2)]
    save(store, appointment("a1", starts_at="2026-01-05T17:00:00Z", starts_on="2026-01-05", status="no_show"))
    assert rows(store, appointments.c.key, appointments.c.episode) == [("a1", 1), ("a2", 1)]
    assert rows(store, episodes.c.number, episodes.c.visits) == [(1, 0)]


def test_an_appointment_that_moves_to_another_patient_leaves_no_episode_behind(store):
    save(store, appointment(patient="p1"))
    save(store, appointment(patient="p2"))
    with store.begin() as memory:
        assert len(memory.connection.execute(select(episodes)).all()) == 1
        assert list(histories(memory, [1, 2])) == [2]


def test_two_clinics_in_one_database_do_not_see_each_other(store):
    save(store, appointment())
    other = open_store(str(store.engine.url), "hillside")
    assert save(other, appointment()) == (1, 0, 0)
    other.close()
    assert len(rows(store, appointments.c.key)) == 2


def test_a_patient_who_comes_again_in_a_file_is_known_and_what_changed_since_is_written(store):
    heard = {}
    with store.begin() as memory:
        for number, phone in enumerate(("+15550100", "+15550100", "", "+15550199", "+15550199", "+15550100")):
            batch = [appointment(f"a{number}", phone=phone), appointment(f"b{number}", "p2", first_name="Ada")]
            saved = save_appointments(memory, batch, "export", NOW, heard=heard)
            assert saved.records == ({1, 2} if number == 0 else {1} if number in (3, 5) else set())
    assert rows(store, patients.c.key, patients.c.phone) == [("p1", "+15550100"), ("p2", "")]
    assert {patient_id for (patient_id,) in rows(store, appointments.c.patient_id)} == {1, 2}
