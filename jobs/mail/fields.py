"""What a letter can say: every field with its meaning and an example, and the plain words that fill it.

All values are one line of plain text. What an export may hold in their place (a link as a first name, a line break,
a name of 400 letters) is put right here, before any letter sees it.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from jobs.clinic.profile import ClinicProfile
from jobs.clinic.said_names import SPACE, said_name
from jobs.clinic.said_providers import said_provider
from jobs.mail.spoken_dates import moment_in_words

NAMELESS = "there"
"""Whom an English letter greets when the first name is missing or is no name: `Hello there`. Others leave it out."""

LONGEST_LINE, LONGEST_SUMMARY = 120, 600


class Field(NamedTuple):
    """One name that may stand between double braces."""

    name: str
    meaning: str
    example: str
    in_subject: bool = False  # whether a subject line may hold it: it says nothing about the patient's health


FIELDS: tuple[Field, ...] = (
    Field("patient.first_name", f'the first name; "{NAMELESS}" where none is known', "Jamie"),
    Field("appointment.date", "the day of the appointment that the letter is about", "Wednesday, March 4", True),
    Field("appointment.time", "its time in the clinic's own time zone", "9:30 AM", True),
    Field("appointment.provider", "whom the patient sees, as spoken; empty where that is no person", "Robin Sample"),
    Field("appointment.location", "where, if the clinic has several places; may be empty", "Main Street studio"),
    Field("clinic.name", "the name of the clinic", "Riverbend Physical Therapy", True),
    Field("clinic.phone", "its phone number", "555-0100", True),
    Field("clinic.address", "its postal address on one line", "1 Main Street, Springfield", True),
    Field("clinic.website", "its website", "https://riverbend.example", True),
    Field("clinic.booking_url", "the page on which patients book; may be empty",
          "https://riverbend.example/book", True),
    Field("clinic.review_url", "the page on which patients leave a review; may be empty",
          "https://riverbend.example/review", True),
    Field("clinic.signature", "who signs the letters", "The team at Riverbend Physical Therapy", True),
    Field("articles", "the reading list, on a line of its own; nothing where no article fits", "(a list of articles)"),
)  # fmt: skip

ARTICLE_FIELDS = ("title", "url", "summary", "why")
"""What each article of the list says, in the order of `ArticleValues`."""


class ArticleValues(NamedTuple):
    """One article as the patient sees it. `why` is what it is about, where the clinic wants that said; never
    the staff's reason."""

    title: str
    url: str
    summary: str = ""
    why: str = ""


class LetterValues(NamedTuple):
    """What one letter says to one patient; "" where nothing is known."""

    first_name: str = ""
    starts_at: str = ""  # the appointment, 2026-03-04T17:30:00Z
    provider: str = ""
    location: str = ""
    articles: tuple[ArticleValues, ...] = ()
    unsubscribe_mailto: str = ""  # mailto:...
    unsubscribe_url: str = ""  # https://...
    language: str = ""  # in which the patient is written to, es; "": the clinic's own


def clinic_values(clinic: ClinicProfile) -> dict[str, str]:
    """The clinic's own fields, by their names in FIELDS."""
    return {
        "clinic.name": clinic.name,
        "clinic.phone": clinic.phone,
        "clinic.address": clinic.address,
        "clinic.website": _web(clinic.website),
        "clinic.booking_url": _web(clinic.booking_url),
        "clinic.review_url": _web(clinic.review_url),
        "clinic.signature": clinic.greeting_from or clinic.name,
    }


def _web(address: str) -> str:
    """`www.riverbend.example` as an address that mail programs can open."""
    return address if not address or re.match(r"https?://", address) else f"https://{address}"


def spoken_values(values: LetterValues, zone: str, language: str = "en") -> dict[str, str | tuple[ArticleValues, ...]]:
    """The variables of a compiled letter: `patient.first_name` is `patient_first_name`, and so on.

    `zone` is the clinic's, `language` that of the letter.
    """
    day, time = moment_in_words(values.starts_at, zone, language)
    return {
        "patient_first_name": greeting_name(values.first_name, NAMELESS if language == "en" else ""),
        "appointment_date": day,
        "appointment_time": time,
        "appointment_provider": said_provider(values.provider),
        "appointment_location": one_line(values.location),
        "articles": tuple([readable_article(article) for article in values.articles]),
        "letter_stop_url": values.unsubscribe_url or values.unsubscribe_mailto,
    }


def greeting_name(first_name: str, nameless: str = NAMELESS) -> str:
    """How a letter addresses a patient: `PAT` and `pat` become `Pat`; what is no name becomes `there`."""
    return said_name(first_name).name or nameless


@lru_cache(maxsize=4096)
def one_line(text: str, longest: int = LONGEST_LINE) -> str:
    """The text on one line, without control characters, cut at a word where it is too long."""
    line = SPACE.sub(" ", text).strip()
    if len(line) <= longest:
        return line
    return line[: line.rfind(" ", longest // 2, longest) if " " in line[longest // 2 : longest] else longest - 1] + "…"


@lru_cache(maxsize=4096)
def readable_article(article: ArticleValues) -> ArticleValues:
    """The article on single lines. An address that is not of the web raises ValueError: it must never be a link."""
    url = article.url.strip()
    if not re.match(r"https?://[^\s\"'<>]+$", url):
        raise ValueError(f'The address of the article "{one_line(article.title, 60)}" does not start with https://.')
    return ArticleValues(
        one_line(article.title), url, one_line(article.summary, LONGEST_SUMMARY), one_line(article.why)
    )
