"""Who the clinic is: what its letters say about it, its time zone and its sending hours."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo


@dataclass(frozen=True, eq=False, repr=False)
class ClinicProfile:
    """The clinic as patients know it. `id` stands in every table; `zone` is an IANA name."""

    id: str
    name: str
    zone: str
    address: str
    phone: str = ""
    website: str = ""
    booking_url: str = ""
    review_url: str = ""
    greeting_from: str = ""  # who signs, "" : the clinic's name
    language: str = "en"  # in which the letters are written that name no other: welcome.md, but not welcome.es.md
    holidays: tuple[str, ...] = field(default=())  # 2026-12-25
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if not re.fullmatch("[a-z]{2}", self.language):
            raise ValueError(f'language is "{self.language}"; write the two letters of a language, such as en or es.')

    @property
    def unfilled(self) -> frozenset[str]:
        """The facts that may be left empty and are."""
        return frozenset(name for name in ("phone", "website", "booking_url", "review_url") if not getattr(self, name))

    def own_addresses(self, letters_from: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
        """The clinic's addresses, which are no patient's, as `is_own` takes them: the mailboxes that letters come from
        or go back to, with their domains and that of the website, and its other mailboxes."""
        from jobs.clinic.addresses import own_addresses  # not of every command

        website = self.website.partition("//")[2].partition("/")[0]
        mailboxes = [*letters_from]
        return own_addresses([*mailboxes, *others], [website, *mailboxes])

    @property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


def is_postal_address(text: str) -> bool:
    """Whether a letter could reach the clinic by this text: a street and its number, or a box; a town alone is none."""
    return bool(re.search(r"\d", text) and re.search(r"[^\W\d]{2}", text))


def web_address(text: str) -> str:
    """An address with the https:// that a person left out: `www.clinic.example` leads nowhere in a letter."""
    words = text.strip()
    return f"https://{words}" if re.fullmatch(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?:[:/?#]\S*)?", words) else words


def is_web_address(text: str) -> bool:
    """Whether a link could lead there."""
    from urllib.parse import urlsplit  # only where settings are new or changed

    try:
        return bool(re.fullmatch(r"https?://[^\s/]\S*", text, re.IGNORECASE)) and urlsplit(text).port != 0
    except ValueError:  # a bracket without its other half, or a port that is none
        return False


def garbled_in(text: str) -> str:
    """A word of the clinic's that a wrong encoding has garbled, "" where there is none."""
    from jobs.clinic.office_text import garbled_word  # only where settings are new or changed

    return garbled_word(text)
