"""Many records settled at once come to what they come to one pair after the other, and all they gathered follows."""

from collections.abc import Iterator
from itertools import combinations, count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from jobs.clinic.identity import Record, compare
from jobs.clinic.records import Appointment
from jobs.store.appointments import save_appointments
from jobs.store.identity import settle_identities
from jobs.store.identity_lines import newest_lines
from jobs.store.memory import Memory, Store
from jobs.store.tables import appointments, events, patients

AT = "2026-03-04T20:00:00Z"
_clinics = count()
PERSON = st.fixed_dictionaries(
    {
        "patient_key": st.sampled_from([*map(str, range(8)), "m:a", "m:b", "n:c", "b:d"]),
        "first_name": st.sampled_from(["Anna", "Ana", "Ben", "A", ""]),
        "last_name": st.sampled_from(["Testperson", "Newname", "T", "Testperson Jr"]),
        "email": st.sampled_from(["anna@mail.example", "ben@mail.example", ""]),
        "phone": st.sampled_from(["+15550100", ""]),
        "birth_date": st.sampled_from(["1980-01-01", "1999-02-02", "", ""]),
    }
)
Outcome = tuple[dict[int, int], dict[tuple[int, int], str]]  # the patient of each record, the word on each pair


def one_pair_after_the_other(records: list[Record]) -> Outcome:
    """The rule in its plainest form: sure pairs are joined in order, unless birth dates of the two groups differ."""
    patient = {record.id: record.id for record in records}
    known = {record.id: record for record in records}
    said: dict[tuple[int, int], str] = {}
    for one, other in combinations(sorted(known), 2):
        mine, yours = known[one], known[other]
        address = mine.address_key != "" and mine.address_key == yours.address_key
        if not (address or (mine.last_name and mine[2:4] == yours[2:4] and mine.first_name)):
            continue
        word = compare(mine, yours).word
        pair = {patient[one], patient[other]}
        if word == "same" and len(pair) == 2:
            born = {record.birth_date for record in records if patient[record.id] in pair} - {""}
            word = "doubtful" if len(born) > 1 else "same"
            if word == "same":
                kept, gone = sorted(pair, key=lambda each: (not known[each].numbered, each))
                patient = {record: kept if whose == gone else whose for record, whose in patient.items()}
        elif word == "same":
            continue
        if word != "apart":
            said[one, other] = word
    return patient, said


def settled(memory: Memory) -> Outcome:
    query = select(patients.c.id, patients.c.same_as).where(patients.c.clinic_id == memory.clinic_id)
    whose = {record: same_as or record for record, same_as in memory.connection.execute(query)}
    return whose, {pair: line.what for pair, line in newest_lines(memory).items()}


def as_named(memory: Memory) -> list[Record]:
    query = select(*(patients.c[name] for name in Record._fields)).where(patients.c.clinic_id == memory.clinic_id)
    return [Record._make(row) for row in memory.connection.execute(query.order_by(patients.c.id))]


def slots(people: list[dict[str, str]]) -> Iterator[Appointment]:
    for number, person in enumerate(people):
        moment = {"starts_at": f"2026-03-05T{number:02}:00:00Z", "starts_on": "2026-03-05", "status": "booked"}
        known = dict.fromkeys(Appointment._fields, "") | person | moment | {"key": f"export:{number}", "row": 2}
        yield Appointment(**known)  # type: ignore[arg-type]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(PERSON, min_size=2, max_size=10))
def test_records_settled_at_once_come_to_what_they_come_to_one_after_the_other(
    store: Store, people: list[dict[str, str]]
) -> None:
    with Store(store.engine, f"clinic {next(_clinics)}").begin() as memory:
        saved = save_appointments(memory, list(slots(people)), "export", AT)
        expected = one_pair_after_the_other(as_named(memory))
        done = settle_identities(memory, saved.records, (), AT)
        assert settled(memory) == expected
        assert done.joined == sum(record != patient for record, patient in expected[0].items())
        whose = expected[0]
        query = select(appointments.c.patient_id, appointments.c.named_id, events.c.patient_id).join(
            events, events.c.appointment_id == appointments.c.id
        )
        for patient, named, of_event in memory.connection.execute(query.where(events.c.clinic_id == memory.clinic_id)):
            assert patient == of_event == whose[named or patient]
        assert settle_identities(memory, saved.records, (), AT).joined == 0
        assert settled(memory) == expected
