"""The visits up to which a rule counts, such as the third: also one that came to be it only when an earlier visit was
charted late, or an outcome corrected."""

from collections.abc import Collection

from sqlalchemy import func, or_, select

from jobs.clinic.episodes import KEPT
from jobs.clinic.planning import Happening
from jobs.clinic.records import NO_APPOINTMENT, SCREEN
from jobs.store.decisions import DROPPED
from jobs.store.memory import Memory
from jobs.store.rows import in_parts
from jobs.store.tables import appointments, events, letters

_NO_VISIT = (SCREEN, *NO_APPOINTMENT)
_STAND = ("sent", "attempting", "unknown", "held")


def visits_reached(memory: Memory, rule: str, visit_number: int, since: str) -> list[Happening]:
    """What is known of each visit that has this number in its episode by now, began on the day `since` or later, and
    about which the rule has planned no letter. Its own event says from when on the letter counts."""
    slot, event, letter = appointments.c, events.c, letters.c
    before, told = appointments.alias("up_to_it").c, events.alias("told")
    place = (
        select(func.count())
        .where(
            before.patient_id == slot.patient_id, before.episode == slot.episode, before.same_as == 0,
            before.status.in_(KEPT), before.step.not_in(_NO_VISIT),
            before.starts_at <= slot.starts_at, or_(before.starts_at < slot.starts_at, before.id <= slot.id),
        )
        .scalar_subquery()
    )  # fmt: skip
    has_letter = (
        select(letter.id)
        .join(told, told.c.id == letter.event_id)
        .where(
            letter.clinic_id == memory.clinic_id, letter.patient_id == slot.patient_id, letter.rule == rule,
            told.c.appointment_id == slot.id, told.c.starts_at == slot.starts_at,
        )
        .exists()
    )  # fmt: skip
    query = (
        select(event.id, event.appointment_id, event.patient_id, event.what, event.happened_at, event.starts_at,
               event.seen_at)
        .join(appointments, (slot.id == event.appointment_id) & (slot.patient_id == event.patient_id))
        .where(
            slot.clinic_id == memory.clinic_id, slot.starts_on >= since, slot.same_as == 0, slot.status.in_(KEPT),
            slot.step.not_in(_NO_VISIT), event.clinic_id == memory.clinic_id, event.what.in_(KEPT),
            event.starts_at == slot.starts_at, place == visit_number, ~has_letter,
        )
    )  # fmt: skip
    found: dict[int, Happening] = {}
    for *happened, seen_at in sorted(memory.connection.execute(query).all(), key=lambda row: row.id):
        happening = Happening._make((*happened, False, seen_at))
        found.setdefault(happening.appointment_id, happening)  # having arrived and then been completed is one visit
    return list(found.values())


def letters_that_stand(memory: Memory, rule: str, patient_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """What letters of a rule to these patients are about, the id of the appointment and when it was to start: those
    that left or may have left, that wait for a person, or that a person has dropped."""
    letter, event = letters.c, events.c
    query = (
        select(letter.patient_id, event.appointment_id, event.starts_at)
        .join(events, event.id == letter.event_id)
        .where(
            letter.clinic_id == memory.clinic_id, letter.rule == rule,
            or_(letter.state.in_(_STAND), letter.reason.startswith(DROPPED, autoescape=True)),
        )
    )  # fmt: skip
    found: dict[int, list[tuple[int, str]]] = {}
    for part in in_parts(patient_ids):
        for patient_id, slot_id, starts_at in memory.connection.execute(query.where(letter.patient_id.in_(part))):
            found.setdefault(patient_id, []).append((slot_id, starts_at))
    return found
