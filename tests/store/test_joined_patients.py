"""One patient in several sources: letters, stops and articles follow, nothing moves silently, and it can be undone."""

from datetime import date

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from jobs.clinic.records import Appointment
from jobs.store.appointments import Saved, save_appointments
from jobs.store.article_vetoes import Veto, record_veto, vetoes_now
from jobs.store.due_letters import people
from jobs.store.episodes import histories, refresh_episodes
from jobs.store.identity import (
    NotPossible,
    decide_apart,
    decide_same,
    doubtful_pairs,
    doubtful_problems,
    settle_identities,
    undo,
)
from jobs.store.identity_lines import apart_pairs, newest_lines
from jobs.store.leading import lead_anew
from jobs.store.letters import articles_sent
from jobs.store.memory import Store
from jobs.store.patient_story import find_patients, story
from jobs.store.stops import stop, stopped_now
from jobs.store.tables import appointments, episodes, events, letters, patients, sent_articles

NOW, LATER = "2026-03-04T20:00:00Z", "2026-03-05T20:00:00Z"
TODAY = date(2026, 3, 4)
RANKS = {"export": 0, "studio": 1, "calendar": 1000}
ANNA = {"first_name": "Anna", "last_name": "Testperson", "email": "anna@mail.example"}


def slot(key: str, patient: str, day: int = 9, **more: str) -> Appointment:
    known = dict.fromkeys(Appointment._fields, "") | ANNA | {
        "key": key, "patient_key": patient, "starts_at": f"2026-03-{day:02}T17:00:00Z",
        "starts_on": f"2026-03-{day:02}", "status": "booked", "step": "visit", "row": 2,
    }  # fmt: skip
    return Appointment(**(known | more))  # type: ignore[arg-type]


def save(store: Store, *batch: Appointment, source: str = "export", at: str = NOW) -> Saved:
    with store.begin() as memory:
        saved = save_appointments(memory, batch, source, at)
        settled = settle_identities(memory, saved.records, saved.handed_over, at)
        led = lead_anew(memory, saved.records | saved.patients, at, RANKS)
        refresh_episodes(memory, saved.patients.union(settled.patients, led), TODAY)
    return saved


def owners(store: Store) -> list[int]:
    """The patient of each appointment."""
    with store.begin() as memory:
        return list(memory.connection.execute(select(appointments.c.patient_id).order_by(appointments.c.id)).scalars())


def write_letter(store: Store, patient_id: int, slot_id: int, state: str = "sent", slug: str = "back-care") -> None:
    with store.begin() as memory:
        event_id = memory.connection.execute(select(events.c.id).where(events.c.appointment_id == slot_id)).scalar_one()
        told = {"rule": "welcome", "event_id": event_id, "state": state, "due_at": NOW, "expires_at": LATER}
        made = memory.connection.execute(
            insert(letters).values(clinic_id="lakeside", patient_id=patient_id, category="care", changed_at=NOW, **told)
        )
        values = {"patient_id": patient_id, "slug": slug, "letter_id": made.inserted_primary_key[0]}
        memory.connection.execute(insert(sent_articles).values(clinic_id="lakeside", **values))


def test_a_patient_by_number_and_by_address_is_one(store: Store) -> None:
    save(store, slot("export:1", "4711"))
    save(store, slot("calendar:1", "m:anna@mail.example anna", 10), source="calendar")
    assert owners(store) == [1, 1]
    with store.begin() as memory:
        assert find_patients(memory, "anna@mail.example") == [(1, "Anna", "Testperson")]
        assert [line.why for line in newest_lines(memory).values()] == ["the same name and e-mail address"]
        assert len(histories(memory, [1])[1]) == 2


def test_the_number_counts_also_where_it_came_later(store: Store) -> None:
    save(store, slot("calendar:1", "m:anna@mail.example anna"), source="calendar")
    save(store, slot("export:1", "4711", 10))
    assert owners(store) == [2, 2]


def test_two_patients_at_one_address_stay_two_and_are_not_listed(store: Store) -> None:
    save(store, slot("export:1", "1"), slot("export:2", "2", first_name="Ben"))
    assert owners(store) == [1, 2]
    with store.begin() as memory:
        assert doubtful_pairs(memory) == []


def test_an_address_that_very_many_share_says_nothing(store: Store) -> None:
    people_there = [
        slot(f"export:{n}", f"m:front{n}", first_name="Anna", last_name="", email="front@clinic.example")
        for n in range(30)
    ]
    save(store, *people_there)
    with store.begin() as memory:
        assert newest_lines(memory) == {}


def test_a_new_address_and_a_new_name_do_not_make_a_new_patient(store: Store) -> None:
    save(store, slot("export:1", "m:anna@mail.example anna", phone="+15550100"))
    save(store, slot("export:1", "m:new@mail.example anna", phone="+15550100", email="new@mail.example"), at=LATER)
    save(store, slot("export:2", "m:new@mail.example anna", 10, email="new@mail.example", last_name="Wed"), at=LATER)
    assert owners(store) == [2, 2]


def test_an_address_that_changes_in_an_export_without_patient_numbers_counts_from_then_on(store: Store) -> None:
    save(store, slot("export:1", "m:anna@mail.example anna"), slot("export:2", "m:anna@mail.example anna", 10))
    write_letter(store, 1, 1)
    changed = {"patient": "m:new@mail.example anna", "email": "new@mail.example", "language": "es"}
    save(store, slot("export:1", **changed), slot("export:2", day=10, **changed), at=LATER)
    assert owners(store) == [2, 2]
    with store.begin() as memory:
        assert people(memory, [2], [], [])[2].email == "new@mail.example"
        assert [line.rule for line in story(memory, 2)] == ["welcome"] and story(memory, 1) == []
        decide_apart(memory, 1, 2, "Ann", "", LATER)
        known = memory.connection.execute(select(patients.c.email, patients.c.language).order_by(patients.c.id))
        assert [tuple(row) for row in known] == [("anna@mail.example", ""), ("new@mail.example", "es")]


def test_the_same_appointment_number_keeps_the_patient_whose_address_changed(store: Store) -> None:
    save(store, slot("export:1", "m:anna@mail.example anna"))
    save(store, slot("export:1", "m:new@mail.example anna", email="new@mail.example"), at=LATER)
    assert owners(store) == [2]
    with store.begin() as memory:
        assert [line.what for line in newest_lines(memory).values()] == ["same"]


def test_letters_and_articles_follow_and_nothing_is_sent_twice(store: Store) -> None:
    save(store, slot("calendar:1", "m:anna@mail.example anna"), source="calendar")
    write_letter(store, 1, 1)
    save(store, slot("export:1", "4711", 10))
    with store.begin() as memory:
        assert [line.rule for line in story(memory, 2)] == ["welcome"] and story(memory, 1) == []
        assert articles_sent(memory, [1, 2]) == {2: {"back-care"}}
        assert len(people(memory, [2], [], [])[2].sent) == 1
        with pytest.raises(IntegrityError):  # what makes a second letter impossible holds for the patient it is now
            told = {"patient_id": 2, "rule": "welcome", "event_id": 1, "state": "planned", "due_at": NOW}
            memory.connection.execute(insert(letters).values(clinic_id="lakeside", expires_at=LATER, **told))


def test_an_article_that_both_had_been_sent_counts_once(store: Store) -> None:
    save(store, slot("export:1", "1"), slot("export:2", "2"))
    for patient_id in (1, 2):
        write_letter(store, patient_id, patient_id)
    with store.begin() as memory:
        decide_same(memory, 1, 2, "Ann", "one chart too many", LATER)
        assert articles_sent(memory, [1])[1] == {"back-care"} and len(story(memory, 1)) == 2


def test_who_stopped_under_one_record_is_stopped_under_all_also_when_they_are_parted(store: Store) -> None:
    save(store, slot("export:1", "1"), slot("export:2", "2"))
    with store.begin() as memory:
        stop(memory, NOW, "news", "asked at the desk", "Ann", patient_id=2)
        decide_same(memory, 1, 2, "Ann", "", NOW)
        assert stopped_now(memory)[1] == {"news"}
        stop(memory, NOW, "care", "asked at the desk", "Ann", patient_id=1)
        decide_apart(memory, 1, 2, "Ann", "", LATER)
        assert stopped_now(memory) == {1: {"news", "care"}, 2: {"news", "care"}}


def test_a_stop_of_an_address_alone_holds_who_comes_under_a_number_with_another_address(store: Store) -> None:
    """Two have it, so that it was put down for neither; what one of them said of herself there is not the other's."""
    anna, ben = {"birth_date": "1980-01-01"}, {"birth_date": "1981-02-02", "first_name": "Ben"}
    save(store, slot("calendar:1", "m:a", **anna), slot("calendar:2", "m:b", 10, **ben), source="calendar")
    with store.begin() as memory:
        stop(memory, NOW, "all", "asked by telephone", "Ann", address_key="anna@mail.example")
        stop(memory, NOW, "news", "stop page", "stop page", address_key="anna@mail.example", patient_id=1)
    anna["email"], ben["email"] = "anna@own.example", "ben@own.example"
    save(store, slot("export:1", "1", **anna), slot("export:2", "2", 10, **ben))
    assert owners(store) == [3, 4, 3, 4]
    with store.begin() as memory:
        stopped = stopped_now(memory)
    assert (stopped[3], stopped[4]) == ({"all", "news"}, {"all"})


def say(store: Store, patient_id: int, slug: str, allowed: bool = False, at: str = NOW) -> None:
    with store.begin() as memory:
        record_veto(memory, Veto(at, patient_id, slug, allowed, "Dana", "not before June"))


def ruled_out(store: Store) -> dict[int, set[str]]:
    with store.begin() as memory:
        return {patient_id: set(lines) for patient_id, lines in vetoes_now(memory, (1, 2, 3)).items() if lines}


def test_a_therapists_no_holds_for_the_patient_that_the_record_is_and_for_both_when_they_are_parted(
    store: Store,
) -> None:
    save(store, slot("export:1", "1"), slot("export:2", "2"))
    say(store, 1, "running")
    say(store, 1, "stairs")
    say(store, 1, "stairs", allowed=True)
    say(store, 2, "stairs")
    with store.begin() as memory:
        decide_same(memory, 1, 2, "Ann", "", NOW)
        assert vetoes_now(memory, [1])[1]["stairs"] == Veto(
            NOW, 1, "stairs", False, "Dana", "not before June; said of no. 2, who is or was taken for the same patient"
        )
    assert ruled_out(store)[1] == {"running", "stairs"}
    say(store, 1, "*", at=LATER)
    with store.begin() as memory:
        decide_apart(memory, 1, 2, "Ann", "", LATER)
    assert ruled_out(store) == {1: {"running", "stairs", "*"}, 2: {"running", "stairs", "*"}}


def test_a_no_that_was_taken_back_while_two_were_one_does_not_come_back_when_they_are_parted(store: Store) -> None:
    save(store, slot("export:1", "1"), slot("export:2", "2"))
    say(store, 2, "stairs")
    with store.begin() as memory:
        decide_same(memory, 1, 2, "Ann", "", NOW)
    say(store, 1, "stairs", allowed=True, at=LATER)
    with store.begin() as memory:
        decide_apart(memory, 1, 2, "Ann", "", LATER)
    assert ruled_out(store) == {}


def test_two_charts_of_one_name_at_one_address_wait_for_a_persons_word(store: Store) -> None:
    save(store, slot("export:1", "1"), slot("export:2", "2", 10))
    with store.begin() as memory:
        (problem,) = doubtful_problems(memory)
        assert problem.what == (
            "No. 1 and no. 2 may be one patient: the same name and e-mail address, but two numbers."
        )
        assert problem.remedy == (
            "If they are, run: run_jobs.py patients same 1 2; if not: run_jobs.py patients apart 1 2."
        )
        decide_same(memory, 2, 1, "Ann", "", LATER)
        assert doubtful_pairs(memory) == []
    assert owners(store) == [1, 1]


def test_what_a_person_said_are_two_is_never_joined_by_the_rule(store: Store) -> None:
    save(store, slot("export:1", "1"), slot("calendar:1", "m:anna@mail.example anna", 10))
    assert owners(store) == [1, 1]
    with store.begin() as memory:
        decide_apart(memory, 1, 2, "Ann", "mother and daughter", LATER)
    assert owners(store) == [1, 2]
    save(store, slot("calendar:1", "m:anna@mail.example anna", 10, phone="+15550100"), at=LATER)
    assert owners(store) == [1, 2]
    with store.begin() as memory:
        assert apart_pairs(memory) == {frozenset((1, 2))}


def test_undoing_gives_back_what_each_record_had(store: Store) -> None:
    save(store, slot("export:1", "1"), slot("export:2", "2", 10))
    write_letter(store, 2, 2)
    with store.begin() as memory:
        before = {
            table: list(memory.connection.execute(select(table).order_by(table.c.id)))
            for table in (patients, appointments, events, letters, sent_articles, episodes)
        }
        decide_same(memory, 1, 2, "Ann", "", NOW)
        assert [line.rule for line in story(memory, 1)] == ["welcome"]
        (line,) = newest_lines(memory).values()
        undo(memory, line.id, "Ann", LATER)
        for table, rows in before.items():
            columns = [column for column in table.c if column.name != "id" or table is not episodes]
            now = list(memory.connection.execute(select(*columns).order_by(table.c.id)))
            assert [tuple(row)[-len(columns) :] for row in rows] == [tuple(row) for row in now], table.name
        assert [line.what for line in doubtful_pairs(memory)] == ["undone"]


def test_only_the_newest_decision_can_be_undone(store: Store) -> None:
    save(store, slot("export:1", "1"), slot("export:2", "2"))
    with store.begin() as memory:
        decide_apart(memory, 1, 2, "Ann", "", NOW)
        lines = [line.id for line in newest_lines(memory).values()]
        decide_same(memory, 1, 2, "Ann", "", LATER)
        with pytest.raises(NotPossible, match="is not the newest decision about two patients"):
            undo(memory, lines[0], "Ann", LATER)
        with pytest.raises(NotPossible, match=r"^No\. 1 and no\. 2 are one patient already\.$"):
            decide_same(memory, 1, 2, "Ann", "", LATER)
        with pytest.raises(NotPossible, match=r"^There is no patient no\. 99\.$"):
            decide_apart(memory, 1, 99, "Ann", "", LATER)


def test_parted_from_the_middle_each_goes_where_it_belongs(store: Store) -> None:
    save(store, *(slot(f"export:{n}", str(n), 8 + n, first_name=f"Anna{n}") for n in (1, 2, 3)))
    with store.begin() as memory:
        decide_same(memory, 1, 2, "Ann", "", NOW)
        decide_same(memory, 2, 3, "Ann", "", NOW)
    assert owners(store) == [1, 1, 1]
    with store.begin() as memory:
        decide_apart(memory, 1, 2, "Ann", "", LATER)
    assert owners(store) == [1, 2, 2]  # the third was joined to the second


def test_a_join_that_another_record_speaks_against_is_only_listed(store: Store) -> None:
    born = {"birth_date": "1980-01-01"}
    save(store, slot("export:1", "1", **born), slot("export:2", "2", 10, birth_date="1999-01-01"))
    save(store, slot("calendar:1", "m:anna@mail.example anna", 11), source="calendar")
    with store.begin() as memory:
        assert [line.why for line in doubtful_pairs(memory)] == [
            "the same name and e-mail address, but another record of theirs differs"
        ]


def test_an_address_that_only_the_calendar_knows_is_lent_and_taken_back(store: Store) -> None:
    save(store, slot("export:1", "1", email="", birth_date="1980-01-01"))
    save(store, slot("calendar:1", "m:anna@mail.example anna", 10, birth_date="1980-01-01"), source="calendar")
    address = select(patients.c.email).where(patients.c.id == 1)
    with store.begin() as memory:
        assert memory.connection.execute(address).scalar_one() == "anna@mail.example"
    changed = slot("calendar:1", "m:anna@mail.example anna", 10, birth_date="1980-01-01", email="Anna@Mail.example")
    save(store, changed, source="calendar", at=LATER)
    with store.begin() as memory:
        assert memory.connection.execute(address).scalar_one() == "Anna@Mail.example"
        decide_apart(memory, 1, 2, "Ann", "", LATER)
        assert memory.connection.execute(address).scalar_one() == ""


def test_a_refusal_of_email_in_any_source_counts(store: Store) -> None:
    save(store, slot("export:1", "1", email_consent="yes"))
    save(store, slot("calendar:1", "m:anna@mail.example anna", 10, email_consent="no"), source="calendar")
    save(store, slot("export:1", "1", email_consent="yes", phone="+15550100"), at=LATER)
    with store.begin() as memory:
        assert people(memory, [1], [], [])[1].email_consent == "no"


def died(store: Store) -> list[bool]:
    with store.begin() as memory:
        return [person.died for _, person in sorted(people(memory, [1, 2], [], []).items())]


def test_a_death_goes_with_the_record_that_says_it_and_a_no_stays_for_both(store: Store) -> None:
    save(store, slot("export:1", "1"), slot("export:2", "2", 10, died="yes", email_consent="no"))
    with store.begin() as memory:
        decide_same(memory, 1, 2, "Ann", "", NOW)
    save(store, slot("export:1", "1", complaint="knee"), at=LATER)
    assert died(store)[0]
    with store.begin() as memory:
        decide_apart(memory, 1, 2, "Ann", "", LATER)
        assert {each.email_consent for each in people(memory, [1, 2], [], []).values()} == {"no"}
    assert died(store) == [False, True]


def test_a_death_that_the_own_record_says_too_stays_when_the_other_is_parted_from_it(store: Store) -> None:
    save(store, slot("export:1", "1"), slot("export:2", "2", 10, died="yes"))
    with store.begin() as memory:
        decide_same(memory, 1, 2, "Ann", "", NOW)
    save(store, slot("export:1", "1", died="yes"), at=LATER)
    with store.begin() as memory:
        decide_apart(memory, 1, 2, "Ann", "", LATER)
    assert died(store) == [True, True]


def test_a_record_that_led_takes_no_death_along_that_another_one_said(store: Store) -> None:
    save(store, slot("export:1", "1"), slot("export:2", "2", 10, died="yes"))
    with store.begin() as memory:
        decide_same(memory, 1, 2, "Ann", "", NOW)
    save(store, slot("export:1", "1", status="cancelled"), at=LATER)
    with store.begin() as memory:
        assert memory.connection.execute(select(patients.c.id).where(patients.c.same_as == 0)).scalar_one() == 2
        decide_apart(memory, 1, 2, "Ann", "", LATER)
    assert died(store) == [False, True]


def test_an_episode_counts_once_for_one_patient(store: Store) -> None:
    save(store, slot("export:1", "1"))
    save(store, slot("calendar:1", "m:anna@mail.example anna", 10), source="calendar")
    with store.begin() as memory:
        assert memory.connection.execute(select(func.count()).select_from(episodes)).scalar_one() == 1


def test_one_number_of_two_systems_is_two_patients_and_no_letter_goes_astray(store: Store) -> None:
    ben = {"first_name": "Ben", "last_name": "Other", "email": "ben@mail.example"}
    save(store, slot("export:1", "17"))
    save(store, slot("studio:1", "17", **ben), source="studio")
    save(store, slot("studio:2", "17", 10, **ben | {"phone": "+15550100"}), source="studio", at=LATER)
    save(store, slot("export:2", "17", 11), at=LATER)
    assert owners(store) == [1, 2, 2, 1]
    with store.begin() as memory:
        known = memory.connection.execute(select(patients.c.key, patients.c.email).order_by(patients.c.id)).all()
    assert [tuple(row) for row in known] == [("17", "anna@mail.example"), ("studio:17", "ben@mail.example")]


def test_one_source_may_rename_whom_it_named(store: Store) -> None:
    save(store, slot("export:1", "17"))
    renamed = {"first_name": "Joan", "last_name": "Newname", "email": "joan@mail.example"}
    save(store, slot("export:1", "17", **renamed), at=LATER)
    assert owners(store) == [1]
    with store.begin() as memory:
        assert find_patients(memory, "Joan Newname") == [(1, "Joan", "Newname")]
