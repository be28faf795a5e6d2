"""A database that grew by migrations and one that was made today are the same, and both say which step they are at."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from jobs.clinic.addresses import address_key
from jobs.store.episodes import refresh_episodes, renew_once_a_day
from jobs.store.memory import Store, StoreUnusable, open_store
from jobs.store.migrations import HEAD, migrate
from jobs.store.stops import stop, stopped_now
from jobs.store.tables import (
    appointments,
    cursors,
    episodes,
    events,
    letters,
    mailbox_messages,
    metadata,
    patients,
    stops,
)

MIGRATIONS = Path(migrate.__code__.co_filename).parent


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[Engine]:
    """An empty database brought up by the migrations alone."""
    engine = create_engine(f"sqlite:///{tmp_path / 'migrated.sqlite'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Engine]:
    """A database as the program makes it for a new clinic."""
    store = open_store(f"sqlite:///{tmp_path / 'fresh.sqlite'}", "lakeside")
    yield store.engine
    store.close()


def schema(engine: Engine) -> dict[str, dict[str, Any]]:
    """Tables with all that decides what may stand in them and how it is found."""
    seen = inspect(engine)
    return {
        table: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["default"], column["primary_key"])
                for column in seen.get_columns(table)
            },
            "order": [column["name"] for column in seen.get_columns(table)],
            "key": seen.get_pk_constraint(table)["constrained_columns"],
            "uniques": sorted(tuple(unique["column_names"]) for unique in seen.get_unique_constraints(table)),
            "indexes": sorted(
                (str(index["name"]), tuple(index["column_names"]), index["unique"]) for index in seen.get_indexes(table)
            ),
            "refers to": sorted(
                (tuple(key["constrained_columns"]), key["referred_table"], tuple(key["referred_columns"]))
                for key in seen.get_foreign_keys(table)
            ),
            "checks": sorted(check["sqltext"] for check in seen.get_check_constraints(table)),
        }
        for table in seen.get_table_names()
        if table != "alembic_version"
    }


def test_migrated_and_new_databases_have_the_same_tables(migrated: Engine, fresh: Engine) -> None:
    grown, made = schema(migrated), schema(fresh)
    assert sorted(grown) == sorted(made) == sorted(metadata.tables)
    for table in made:
        for what in made[table]:
            assert grown[table][what] == made[table][what], f"{what} of {table}"


def test_alembic_itself_finds_nothing_left_to_migrate(migrated: Engine) -> None:
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_table_says_whose_clinic_its_rows_are(fresh: Engine) -> None:
    for table, seen in schema(fresh).items():
        assert seen["columns"]["clinic_id"][:2] == ("VARCHAR(40)", False), table
        for unique in seen["uniques"]:
            assert unique[0] == "clinic_id", table


def test_the_newest_step_is_the_one_that_the_program_knows() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [HEAD]
    steps = [script.revision for script in scripts.walk_revisions()]
    assert steps == sorted(steps, reverse=True)  # a newer step is a greater text: open_store compares them


def stamp(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())


def test_both_databases_say_which_step_they_are_at(migrated: Engine, fresh: Engine) -> None:
    assert stamp(migrated) == stamp(fresh) == [HEAD]
    assert inspect(migrated).get_columns("alembic_version")[0]["name"] == "version_num"


def test_a_new_database_is_not_migrated_and_a_known_one_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.store.migrations.migrate", None)
    url = f"sqlite:///{tmp_path / 'clinic.sqlite'}"
    for _ in range(2):
        store = open_store(url, "lakeside")
        assert stamp(store.engine) == [HEAD]
        store.close()


def test_an_older_database_is_migrated_when_it_is_opened_and_keeps_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'clinic.sqlite'}"
    store = open_store(url, "lakeside")
    with store.begin() as memory:
        memory.connection.execute(insert(cursors).values(clinic_id="lakeside", name="kept", value="as it was"))
        memory.connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    store.close()
    asked: list[Engine] = []
    monkeypatch.setattr("jobs.store.migrations.migrate", asked.append)
    opened = open_store(url, "lakeside")
    with opened.begin() as memory:
        assert memory.connection.execute(select(cursors.c.value)).scalars().all() == ["as it was"]
    assert asked == [opened.engine]
    opened.close()


def test_a_database_of_a_newer_program_is_not_touched(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'clinic.sqlite'}"
    store = open_store(url, "lakeside")
    with store.begin() as memory:
        memory.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StoreUnusable) as refused:
        open_store(url, "lakeside")
    assert str(refused.value).startswith("A newer version of this program has changed the tables of sqlite:///")
    assert f"(step 9999; this version knows {HEAD})" in str(refused.value)


def test_migrating_twice_changes_nothing(migrated: Engine) -> None:
    before = schema(migrated)
    migrate(migrated)
    assert (schema(migrated), stamp(migrated)) == (before, [HEAD])


def test_a_migrated_database_opens_as_any_other(migrated: Engine, tmp_path: Path) -> None:
    store = open_store(str(migrated.url), "lakeside")
    with store.begin() as memory:
        memory.connection.execute(insert(cursors).values(clinic_id="lakeside", name="a", value="b"))
        assert memory.connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert memory.connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert memory.connection.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL
    store.close()


def test_a_gmail_address_stopped_before_the_upgrade_is_stopped_with_and_without_its_dots(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'clinic.sqlite'}"
    store = Store(create_engine(url), "lakeside")
    migrate(store.engine, to="0003")
    with store.begin() as memory:
        for key in ("jo.made@gmail.com", "an.n@googlemail.com", "jo.made@made.example"):
            stop(memory, "2026-03-04T17:00:00Z", "all", "asked at the desk", "Ann", address_key=key)
        for key in ("m:jo.made@gmail.com jo", "m:jomade@gmail.com jo", "m:an.n@googlemail.com ann", "an.n@gmail.com"):
            known = text("INSERT INTO patients (clinic_id, key) VALUES ('lakeside', :key)")
            memory.connection.execute(known, {"key": key})
    store.close()
    opened = open_store(url, "lakeside")
    with opened.begin() as memory:
        stopped = stopped_now(memory)
        known = memory.connection.execute(select(patients.c.key).order_by(patients.c.id)).scalars().all()
    opened.close()
    assert known == ["m:jo.made@gmail.com jo", "m:jomade@gmail.com jo", "m:ann@gmail.com ann", "an.n@gmail.com"]
    assert set(stopped) == {address_key(typed) for typed in ("JoMade@gmail.com", "ann@gmail.com")} | {
        "jo.made@made.example"
    }


def test_episodes_that_were_summed_up_before_the_upgrade_are_kept_and_found_by_their_day(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'clinic.sqlite'}")
    migrate(engine, to="0013")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO patients (id, clinic_id, key) VALUES (7, 'lakeside', 'p7')"))
        connection.execute(
            text(
                "INSERT INTO episodes (clinic_id, patient_id, number, referred_on, first_on, visits, opening) "
                "VALUES ('lakeside', 7, 1, '2026-01-05', '2026-01-12', 3, 'evaluation')"
            )
        )
    migrate(engine, to="0015")
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT patient_id, referred_on, visits, opening FROM episodes")).all()
    indexes = {index["name"]: index["column_names"] for index in inspect(engine).get_indexes("episodes")}
    engine.dispose()
    assert kept == [(7, "2026-01-05", 3, "evaluation")]
    assert indexes == {"ix_episodes_day": ["clinic_id", "referred_on"]}


@pytest.mark.parametrize("upgraded_from", ["0015", "0017"])
def test_all_episodes_are_summed_up_anew_whomever_the_first_pull_touches(tmp_path: Path, upgraded_from: str) -> None:
    url, clinic = f"sqlite:///{tmp_path / 'clinic.sqlite'}", {"clinic_id": "lakeside"}
    engine = create_engine(url)
    migrate(engine, to=upgraded_from)
    evaluation = {"starts_at": "2026-01-05T17:00:00Z", "starts_on": "2026-01-05", "step": "evaluation", **clinic}
    told_as_of_today = {"name": "episodes renewed", "value": "2026-01-06"}
    with engine.begin() as connection:
        connection.execute(insert(patients), [{"id": each, "key": f"p{each}", **clinic} for each in (7, 8)])
        slots = [{"key": f"{each}", "patient_id": each, "status": "completed", **evaluation} for each in (7, 8)]
        connection.execute(insert(appointments), slots)
        connection.execute(insert(cursors).values(**told_as_of_today, **clinic))
        summed_up = (7, 8) if upgraded_from == "0015" else (8,)  # a pull after the step 0016 left 7 out
        lines = [{"patient_id": each, "number": 1, "referred_on": "2025-12-01", "visits": 1} for each in summed_up]
        connection.execute(insert(episodes), [line | clinic for line in lines])
    engine.dispose()
    store = open_store(url, "lakeside")
    with store.begin() as memory:
        refresh_episodes(memory, [8], date(2026, 1, 6))  # as the pull does for the patients that it touches
    renew_once_a_day(store, date(2026, 1, 6))
    with store.look() as memory:
        query = select(episodes.c.patient_id, episodes.c.referred_on, episodes.c.visits)
        found = memory.connection.execute(query.order_by(episodes.c.patient_id)).all()
    store.close()
    assert found == [(7, "2026-01-05", 1), (8, "2026-01-05", 1)]


def test_events_keep_their_numbers_and_letters_and_are_told_once_of_each_patient_after_the_upgrade(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'clinic.sqlite'}"
    store = Store(create_engine(url), "lakeside")
    migrate(store.engine, to="0016")
    clinic, start = {"clinic_id": "lakeside"}, {"starts_at": "2026-03-04T17:00:00Z"}
    slot = {"key": "1", "starts_on": "2026-03-04", "status": "booked", **start, **clinic}
    event = {"appointment_id": 3, "what": "booked", "happened_at": "", "seen_at": "", **start, **clinic}
    with store.begin() as memory:
        memory.connection.execute(insert(patients), [{"id": each, "key": f"p{each}", **clinic} for each in (1, 2)])
        memory.connection.execute(insert(appointments).values(id=3, patient_id=1, **slot))
        memory.connection.execute(insert(events).values(id=40, patient_id=1, **event))
        letter = {"rule": "reminder", "event_id": 40, "state": "sent", "due_at": "", "expires_at": "", **clinic}
        memory.connection.execute(insert(letters).values(patient_id=1, **letter))
    store.close()
    opened = open_store(url, "lakeside")
    with opened.begin() as memory:
        memory.connection.execute(insert(events).values(patient_id=2, **event))
        told = memory.connection.execute(select(events.c.id, events.c.patient_id).order_by(events.c.id)).all()
        assert memory.connection.execute(select(letters.c.event_id)).scalars().all() == [40]
        assert memory.connection.execute(text("PRAGMA foreign_key_check")).all() == []
    with opened.begin() as memory, pytest.raises(IntegrityError):
        memory.connection.execute(insert(events).values(patient_id=2, **event))
    with opened.begin() as memory:
        assert memory.connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    opened.close()
    assert told == [(40, 1), (41, 2)]


def test_what_a_patient_wrote_is_no_longer_kept_as_a_mail_servers_words_after_the_upgrade(tmp_path: Path) -> None:
    """Each detail beside what is left of it."""
    details = {
        "510-555-0142 is my sister's number, call her about my message": "",
        "550 Main Street is where I am until Monday": "",
        "550 5.1.1 no such user": "550 5.1.1 no such user",
        "550 Mailbox unavailable": "550 Mailbox unavailable",
        "452-The account is over quota": "452-The account is over quota",
        "Host or domain is gone": "Host or domain is gone",
        "": "",
    }
    bounced, late = "letters cannot be delivered: ", "5 times in 30 days a letter did not get through, at last: "
    url = f"sqlite:///{tmp_path / 'older.sqlite'}"
    engine = create_engine(url)
    migrate(engine, "0017")
    with engine.begin() as connection:
        for number, words in enumerate(details):
            mail = {"uid": str(number), "detail": words}
            connection.execute(
                text("INSERT INTO mailbox_messages (clinic_id, mailbox, uid, read_at, kind, detail) "
                     "VALUES ('lakeside', 'inbox', :uid, '2026-03-01T09:00:00Z', 'bounce', :detail)"), mail
            )  # fmt: skip
            for before in (bounced, late):
                connection.execute(
                    text("INSERT INTO stops (clinic_id, at, address_key, category, allowed, reason, source) "
                         "VALUES ('lakeside', '2026-03-01T09:00:00Z', :uid, 'all', 0, :reason, 'bounce')"),
                    {"uid": str(number), "reason": f"{before}{words}"},
                )  # fmt: skip
        own = "550 Main Street is closed, she says"
        connection.execute(
            text("INSERT INTO stops (clinic_id, at, address_key, category, allowed, reason, source) "
                 "VALUES ('lakeside', '2026-03-01T09:00:00Z', 'a', 'all', 0, :own, 'Ann')"), {"own": own}
        )  # fmt: skip
    engine.dispose()
    store = open_store(url, "lakeside")
    with store.begin() as memory:
        assert memory.connection.execute(select(mailbox_messages.c.detail)).scalars().all() == list(details.values())
        said = memory.connection.execute(select(stops.c.reason).order_by(stops.c.id)).scalars().all()
        assert said == [
            *(f"{before}{left or (words and 'no reason was given')}"
              for words, left in details.items() for before in (bounced, late)),
            own,
        ]  # fmt: skip
        assert len(stopped_now(memory)) == len(details) + 1
    store.close()


def test_who_had_died_before_the_upgrade_has_died_after_it_and_the_consent_says_nothing_of_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'clinic.sqlite'}"
    store = Store(create_engine(url), "lakeside")
    migrate(store.engine, to="0018")
    clinic = {"clinic_id": "lakeside"}
    with store.begin() as memory:
        for number, consent in enumerate(("rip", "no", "yes"), 1):
            new = text(
                "INSERT INTO patients (id, clinic_id, key, email_consent) VALUES (:id, 'lakeside', :id, :consent)"
            )
            memory.connection.execute(new, {"id": number, "consent": consent})
        slot = {"key": "1", "starts_on": "2026-03-04", "starts_at": "2026-03-04T17:00:00Z", "status": "deceased"}
        memory.connection.execute(insert(appointments).values(patient_id=2, **slot, **clinic))
    store.close()
    opened = open_store(url, "lakeside")
    with opened.look() as memory:
        known = memory.connection.execute(select(patients.c.email_consent, patients.c.died)).all()
    opened.close()
    assert known == [("", "yes"), ("no", "yes"), ("yes", "")]


def test_who_came_two_months_after_a_visit_was_called_off_for_a_death_is_alive_after_the_upgrade(
    tmp_path: Path,
) -> None:
    mourner, dead, by_name = 1, 2, 3
    url, clinic = f"sqlite:///{tmp_path / 'clinic.sqlite'}", {"clinic_id": "lakeside"}
    store = Store(create_engine(url), "lakeside")
    migrate(store.engine, to="0018")
    mourned = ("2026-01-05", "2026-03-06")
    days = {mourner: mourned, dead: ("2026-01-05", "2026-03-05"), by_name: mourned}  # and has died since
    with store.begin() as memory:
        for number in days:
            new = text(
                "INSERT INTO patients (id, clinic_id, key, email_consent) VALUES (:id, 'lakeside', :id, :consent)"
            )
            memory.connection.execute(new, {"id": number, "consent": "rip" if number == by_name else ""})
        slots = [
            {"key": f"{number} {day}", "patient_id": number, "starts_on": day, "starts_at": f"{day}T17:00:00Z",
             "status": status, **clinic}
            for number, both in days.items() for day, status in zip(both, ("deceased", "completed"), strict=True)
        ]  # fmt: skip
        memory.connection.execute(insert(appointments), slots)
    store.close()
    opened = open_store(url, "lakeside")
    with opened.look() as memory:
        query = select(patients.c.id).where(patients.c.died == "yes").order_by(patients.c.id)
        assert memory.connection.execute(query).scalars().all() == [dead, by_name]
    opened.close()
