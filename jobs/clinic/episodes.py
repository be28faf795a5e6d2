"""Episodes of care: which appointments of a patient belong together, and what came of them."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

KEPT = ("completed", "arrived")  # for a letter; a figure counts an arrival from the next day on, see `is_visit`
OPEN = ("booked", "arrived")  # what has no outcome yet, or is only just under way
GAP_DAYS = 90  # a new episode begins with the first appointment after so many days without any
FOR_GOOD = "9999-12-31"  # as of a day that every appointment lies before


class Slot(NamedTuple):
    """One appointment as its patient's history holds it; the forms are those of `Appointment`."""

    appointment_id: int
    starts_at: str
    starts_on: str
    booked_on: str
    status: str
    step: str
    referral_source: str
    referring_provider: str
    episode: int = 0
    location: str = ""
    billed: str = ""
    paid: str = ""
    unread: int = 0  # 1: its newest row could not be read and is set aside


class Episode(NamedTuple):
    """One episode of one patient, summed up from its appointments. Days are text, "" where there is none.

    Money is in cents, None where the export has none: an unknown amount is not zero.
    """

    number: int
    referral_source: str
    referring_provider: str
    referred_on: str
    evaluated_on: str
    last_visit_on: str
    discharged_on: str
    visits: int
    opening: str = ""  # the step of its first appointment
    opened_on: str = ""  # the day of its first appointment, whether that still stands or not
    planned_on: str = ""  # the last day for which it has an appointment without an outcome
    location: str = ""
    billed_cents: int | None = None
    paid_cents: int | None = None


def is_visit(slot: Slot, today: str) -> bool:
    """Whether an appointment counts as a visit on `today`: completed, or arrived on a day that is over."""
    return slot.status == "completed" or (slot.status == "arrived" and slot.starts_on < today)


def split_episodes(slots: Iterable[Slot], today: str = FOR_GOOD) -> list[list[Slot]]:
    """Cut one patient's appointments into episodes as of `today`, oldest first.

    An episode begins with an evaluation booked after a visit of the earlier one, or with the first appointment
    after GAP_DAYS without any. An evaluation that was moved or missed stays in its episode: no visit came before.
    """
    episodes: list[list[Slot]] = []
    visited = False
    for slot in sorted(slots, key=lambda slot: (slot.starts_at, slot.appointment_id)):
        again = slot.step == "evaluation" and visited
        if not episodes or again or _days(episodes[-1][-1].starts_on, slot.starts_on) > GAP_DAYS:
            episodes.append([])
            visited = False
        episodes[-1].append(slot)
        visited = visited or is_visit(slot, today)
    return episodes


def sum_up(number: int, slots: Sequence[Slot], today: str = FOR_GOOD) -> Episode:
    """The line that the store keeps of one episode; `slots` are in order of their start, at least one.

    Evaluated is the first kept evaluation; where the export names no evaluation at all, the first kept visit.
    Referred is the earliest booking up to the first kept appointment: a moved evaluation keeps its first booking.
    """
    kept = [slot for slot in slots if is_visit(slot, today)]
    evaluations = [slot for slot in slots if slot.step == "evaluation"]
    evaluated = [slot for slot in kept if slot.step == "evaluation"] if evaluations else kept
    before = slots[: slots.index(kept[0]) + 1] if kept else slots
    return Episode(
        number,
        next((slot.referral_source for slot in slots if slot.referral_source), ""),
        next((slot.referring_provider for slot in slots if slot.referring_provider), ""),
        min(slot.booked_on or slot.starts_on for slot in before),
        evaluated[0].starts_on if evaluated else "",
        kept[-1].starts_on if kept else "",
        next((slot.starts_on for slot in reversed(kept) if slot.step == "discharge"), ""),
        len(kept),
        slots[0].step,
        slots[0].starts_on,
        max((slot.starts_on for slot in slots if slot.status in OPEN), default=""),
        next((slot.location for slot in slots if slot.location), ""),
        _cents([slot.billed for slot in slots]),
        _cents([slot.paid for slot in slots]),
    )


def _cents(amounts: Iterable[str]) -> int | None:
    """The sum of those that are known; None where none is."""
    known = [amount for amount in amounts if amount]
    return sum(round(Decimal(amount) * 100) for amount in known) if known else None


def _days(earlier: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
