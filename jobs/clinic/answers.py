"""What follows from a mail that came back: whom it makes the clinic stop mailing, and for how much."""

from typing import Literal, NamedTuple

Category = Literal["care", "news", "all"]
STRIKE_DAYS = 30
"""Letters that did not get through count for so long."""
STRIKES = ("delay", "refused")
"""The kinds of mail that stop an address only when they come again and again."""


class Concerned(NamedTuple):
    """Whom a mail is about: the letter that it answers, its patient, and the key of the address it went to."""

    address_key: str
    letter_id: int | None = None
    patient_id: int | None = None


class Ending(NamedTuple):
    """A line for the list of those who must not be mailed. A wish also follows the patient to another address."""

    category: Category
    reason: str
    source: str
    address_key: str
    patient_id: int | None = None


def wished(category: str) -> Category:
    """What somebody stops who stops a letter of this category: with the news, the news alone; with the letters about
    the own care, all of them, for whoever does not even want these wants no news."""
    return "news" if category == "news" else "all"


def what_follows(
    kind: str, concerned: Concerned, category: str, detail: str, strikes: int, stops_after: int
) -> Ending | None:
    """What a mail of this kind ends, or None.

    `category` is that of the letter that a wish names. `strikes` are the delays and refusals of this address in the
    last STRIKE_DAYS, this one among them.
    """
    address, patient = concerned.address_key, concerned.patient_id
    if kind == "unsubscribe":
        return Ending(wished(category), "asked by e-mail for no more", "unsubscribe mail", address, patient)
    if kind == "complaint":
        return Ending("all", f"complained to the mail provider ({detail})", "complaint", address, patient)
    if kind == "bounce":
        return Ending("all", f"letters cannot be delivered: {detail or 'no reason was given'}", "bounce", address)
    if kind in STRIKES and strikes >= stops_after:
        reason = f"{strikes} times in {STRIKE_DAYS} days a letter did not get through, at last: {detail or 'no reason'}"
        return Ending("all", reason, "bounce", address)
    return None
