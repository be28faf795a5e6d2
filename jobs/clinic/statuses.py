"""What became of an appointment: the spellings of practice systems, and the columns that say it by yes or no."""

import re
from collections.abc import Callable, Mapping

from jobs.clinic.cells import Doubt
from jobs.clinic.records import DELETED, STATUSES

SPELLINGS: dict[str, str] = {
    "booked": (
        "booked, scheduled, confirmed, unconfirmed, not confirmed, active, open, pending, tentative, "
        "upcoming, new, reserved, accepted, booked online, first visit, reminded, reminder sent, left "
        "message, confirmed by patient, confirmed by phone, confirmed by text, confirmed by email, busy, "
        "appointment booked, approved, planned"
    ),
    "arrived": (
        "arrived, checked in, check in, here, waiting, waiting room, in waiting room, in room, in session, in "
        "progress, in treatment, started, with provider, with therapist, with patient, present, roomed"
    ),
    "completed": (
        "completed, complete, attended, seen, kept, checked out, check out, finished, done, fulfilled, show, "
        "showed, visited, treated, billed, invoiced, paid, finalized, finalised, signed, documented, charged, "
        "closed, discharged, did arrive, visit completed"
    ),
    "no_show": (
        "no show, noshow, no showed, no shows, ns, n/s, dna, did not arrive, did not attend, didn't attend, "
        "missed, missed appointment, missed visit, absent, not attended, no call no show, ncns, failed to "
        "attend, fta, no show no call, no show charged, no show waived, patient no show"
    ),
    "cancelled": (
        "cancelled, canceled, cancel, cancellation, cx, cxl, cncl, late cancel, late cancelled, late "
        "canceled, late cancellation, same day cancel, same day cancellation, cancelled by patient, canceled "
        "by patient, patient cancelled, patient canceled, cancelled by client, canceled by client, client "
        "cancelled, client canceled, cancelled by clinic, canceled by clinic, cancelled by provider, canceled "
        "by provider, provider cancelled, provider canceled, clinic cancelled, clinic canceled, cancelled "
        "late, canceled late, early cancel, weather cancel, cancelled sick, cancelled no reschedule, "
        "cancelled not rescheduled, withdrawn by patient, call to cancel, called to cancel, cancelled 24h, "
        "cancelled 24 hours, late cancel charged, late cancel waived, declined"
    ),
    "rescheduled": (
        "rescheduled, reschedule, re-scheduled, moved, postponed, bumped, changed, r/s, rs, resched, "
        "rescheduled by patient, rescheduled by clinic, rescheduled by client, rescheduled by provider, "
        "cancelled rescheduled, canceled rescheduled, cancelled and rescheduled, canceled and rescheduled, "
        "inactive, left without being seen, lwbs, left before being seen, left without treatment, on hold, waitlist, "
        "waitlisted, wait list, waiting list, on waitlist, on wait list, on waiting list, cancellation list, "
        "on cancellation list, standby"
    ),
    "deleted": (
        "deleted, delete, removed, archived, void, voided, never booked, entered in error, entry error, data entry "
        "error, scheduling error, booking error, booked in error, scheduled in error, created in error, made in error, "
        "booked by mistake, entered by mistake, wrong patient, duplicate, duplicated, duplicate appointment, duplicate "
        "booking, duplicate entry, duplicate visit, dupe, deleted by patient, deleted by client, deleted by clinic, "
        "deleted by provider, deleted by staff, deleted by user, deleted by admin"
    ),
    "deceased": (
        "deceased, patient deceased, pt deceased, client deceased, passed away, patient passed away, "
        "pt passed away, client passed away, died, patient died, pt died, client died"
    ),
}
"""The spellings of each status. `LWBS`, `On hold`, `Waitlist` and the like stand with `rescheduled`: the slot does not
count, and nobody is held to have cancelled or missed it, so that no letter follows from it. So does WebPT's `Inactive`,
which may be cancelled. `deleted` (`Archived` and `Never Booked` are Jane's words) says that the booking never was.
`deceased` counts as `rescheduled` does, and the patient gets no letter any more."""

_SQUASH = re.compile(r"[\W_]+")
TABLE = {"": "booked"} | {
    _SQUASH.sub("", word): status for status, words in SPELLINGS.items() for word in words.split(",")
}
_DEATH_HINTS = (
    "deceas dec'd dec\u2019d decd died dead death demise passed passing expired rip r.i obit lost longer dod d.o.d "
    "\u2020 \u271d fallec muri muert difunt finad defunc deceso qepd q.e expir descanse"
).split()
_LATE = {word for word, status in TABLE.items() if status == "cancelled" and re.search("late|sameday|24h", word)}


def is_late(text: str) -> bool:
    """Whether the spelling of a cancellation says that it came too late to fill the slot."""
    word = squash(text)
    if word in TABLE and ">" not in text:
        return word in _LATE
    from jobs.clinic.status_reasons import is_late_by_reason

    return is_late_by_reason(text)


def status_reader(extra: Mapping[str, str]) -> Callable[[str], str | Doubt[str]]:
    """A function that reads one cell of the status column; `extra` maps a clinic's own spellings to our status.

    Case, blanks and punctuation do not matter, nor does the reason of a cancellation. An unknown spelling is a doubt:
    nobody gets a letter on a guess.
    """
    table = TABLE | {squash(word): status for word, status in extra.items()}

    def read_status(text: str) -> str | Doubt[str]:
        status = table.get(squash(text)) or _by_reason(text)
        if status:
            return status
        return Doubt(
            "",
            f'The status "{text.strip()[:60]}" is not known; the appointment is left out rather than guessed.',
            f"Add it under statuses: of this source in config/sources.yaml, as one of {', '.join(STATUSES)}.",
            set_aside=True,
        )

    return read_status


def tells_of_death(text: str) -> bool:
    """Whether a status says that its patient has died, whatever became of the appointment."""
    word = squash(text)
    if word in TABLE:
        return TABLE[word] == "deceased"
    small = text.casefold()
    if not any(hint in small for hint in _DEATH_HINTS):
        return False
    from jobs.clinic.death_words import tells_of_death  # for few texts

    return tells_of_death(text)


def _by_reason(text: str) -> str:
    from jobs.clinic.status_reasons import status_by_reason  # most exports have no such text

    return status_by_reason(text)


def squash(text: str) -> str:
    return _SQUASH.sub("", text.casefold())


def settle_status(status: str, cancelled: str, no_show: str, arrived: str, deleted: str = "") -> str:
    """The status when yes/no columns stand beside it: a yes wins over a status that is missing or still open.

    A cancellation wins over a missed visit, and that over an arrival; `completed` and the other closed ones stay. A
    row that was deleted is deleted whatever else it says, but for a death: the visits of who has died are deleted.
    """
    if deleted == "yes" and status != "deceased":
        return DELETED
    if status not in ("booked", "arrived"):
        return status
    if cancelled == "yes":
        return "cancelled"
    if no_show == "yes":
        return "no_show"
    return "arrived" if arrived == "yes" else status
