"""One appointment that an export gives in several rows: repeated, split into lines, or contradicting itself."""

from collections import Counter
from collections.abc import Iterable

from jobs.clinic.cells import money_cents, money_text
from jobs.clinic.records import Appointment


def fold_duplicates(appointments: list[Appointment]) -> tuple[list[Appointment], list[Appointment]]:
    """One appointment per key, in the order of the first rows, and those that a later row overruled.

    Rows that are equal fold into one. Rows that differ only in codes and money are the lines of one visit (a billing
    export has one per CPT code): their codes are joined, their amounts summed. Of rows that differ in anything else
    the last one counts.
    """
    times = Counter(appointment.key for appointment in appointments)
    if len(times) == len(appointments):
        return appointments, []
    groups: dict[str, list[Appointment]] = {}
    for appointment in appointments:
        if times[appointment.key] > 1:
            groups.setdefault(appointment.key, []).append(appointment)
    overruled: list[Appointment] = []
    chosen = {key: _choose(group, overruled) for key, group in groups.items()}
    once = dict.fromkeys(appointment.key for appointment in appointments)
    by_key = {appointment.key: appointment for appointment in appointments} | chosen
    return [by_key[key] for key in once], overruled


def _choose(group: list[Appointment], overruled: list[Appointment]) -> Appointment:
    last = _without_lines(group[-1])
    same = [appointment for appointment in group if _without_lines(appointment) == last]
    overruled += [appointment for appointment in group if _without_lines(appointment) != last]
    return _join(same)


def _without_lines(appointment: Appointment) -> Appointment:
    return appointment._replace(diagnosis="", complaint="", billed="", paid="", row=0)


def _join(lines: list[Appointment]) -> Appointment:
    first = lines[0]
    if all(line[:-1] == first[:-1] for line in lines):
        return first
    codes = dict.fromkeys(code for line in lines for code in line.diagnosis.split())
    return first._replace(
        diagnosis=" ".join(codes),
        complaint=next((line.complaint for line in lines if line.complaint), ""),
        billed=_sum(line.billed for line in lines),
        paid=_sum(line.paid for line in lines),
    )


def _sum(amounts: Iterable[str]) -> str:
    known = [amount for amount in amounts if amount]
    return money_text(sum(map(money_cents, known))) if known else ""
