"""A day, an hour or a name typed over its field: every patient would read the same one, so the version does not count.

What stands elsewhere is the clinic's own: it may say that it is closed on December 24, and greet its friends.
"""

import shutil
from pathlib import Path

import pytest

from jobs.clinic.faults import Fault
from jobs.clinic.profile import ClinicProfile
from jobs.mail.fields import LetterValues
from jobs.mail.letter_forms import PARTS
from jobs.mail.letter_source import LetterSource, take_apart
from jobs.mail.letter_typed_over import day_written_out, greets_by_name, typed_over
from jobs.mail.templates import Letters, load_letters

SHIPPED = Path(__file__).resolve().parents[2] / "templates"
CLINIC = ClinicProfile(
    "riverbend", "Riverbend Pilates", "UTC", "1 Main Street", "555-0100", "https://riverbend.example"
)
DATE, TIME, NAME = "{{ appointment.date }}", "{{ appointment.time }}", "{{ patient.first_name }}"
WHEN = "**When:** {{ appointment.date }}{% if appointment.time %} at {{ appointment.time }}{% endif %}"
FOR_A_DAY = "{% if appointment.date %} for {{ appointment.date }}{% endif %}"


def read(text: str, name: str) -> LetterSource:
    source, faults = take_apart(text, f"templates/{name}")
    assert source is not None and faults == []
    return source


def lines_refused(name: str, *edits: tuple[str, str]) -> list[int]:
    """The lines with a fault of a shipped letter in which somebody typed the second of each pair over the first."""
    text = before = (SHIPPED / name).read_text("utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    language = "es" if name.endswith(".es.md") else "en"
    return [fault.line for fault in typed_over(read(text, name), read(before, name), language, CLINIC.name)]


@pytest.mark.parametrize(
    ("name", "old", "new", "lines"),
    [
        ("reminder.md", DATE, "Tuesday, January 12", [2, 9]),
        ("reminder.md", f'on {DATE}"', 'on Tuesday, January 12"', [2]),
        ("reminder.md", f"**When:** {DATE}", "**When:** 1/12/2027", [9]),
        ("reminder.md", f"**When:** {DATE}", "**When:** Tue Jan. 12th", [9]),
        ("reminder.md", WHEN, "When: Tuesday January 12 at 9:30 AM", [9]),
        ("reminder.md", WHEN, "**Date:** Tuesday, January 12", [9]),
        ("reminder.md", f"Your appointment on {DATE}", "Reminder: Tuesday, January 12", [2]),
        ("reminder.md", TIME, "9:30 AM", [9]),
        ("reminder.md", TIME, "9 am", [9]),
        ("missed_visit.md", DATE, "Tuesday, January 12", [7]),
        ("reminder.es.md", DATE, "martes, 12 de enero", [2, 9]),
        ("reminder.es.md", DATE, "12 de Enero", [2, 9]),
        ("lapsed.md", NAME, "Ann", [5]),
        ("lapsed.md", NAME, "**Mary-Lou**", [5]),
        ("lapsed.md", f"Hello {NAME},", "Hi Ann!", [5]),
        ("lapsed.md", f"Hello {NAME},", "Dear Ms. Sample:", [5]),
        ("welcome.es.md", NAME, "Marisol", [5]),
        ("welcome.es.md", f"Hola {NAME}", "Estimada Marisol", [5]),
    ],
)
def test_what_is_typed_over_a_field_is_refused(name: str, old: str, new: str, lines: list[int]) -> None:
    assert lines_refused(name, (old, new)) == lines


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("reminder.md", "A short reminder", "We are closed on Thursday, December 24. A short reminder"),
        ("reminder.md", f'on {DATE}"', 'with us: closed on December 24"'),
        ("reminder.md", f"**When:** {DATE}", f"**When:** as you chose, {DATE} (never on December 24)"),
        ("reminder.md", DATE, "tomorrow"),
        ("missed_visit.md", FOR_A_DAY, "; we are closed on December 24"),
        ("missed_visit.md", f"{FOR_A_DAY} and", " and did not see you.\n\n**Holidays:** December 24\n\nWe"),
        *(("lapsed.md", f"Hello {NAME},", greeting) for greeting in (
            "Hello,", "Hello there,", "Hello friends,", "Hello Friends,", "Dear Patients,", "Dear Riverbend Family,",
            "Hello and welcome,", "Hello again,", "Good morning,", "Welcome!", "Happy New Year,", "Your plan:",
            "Dear Community,", "Hi Ladies,", "Hello Beautiful People,", "Dear Parent,", "Hello Sunshine,",
            "Hello Busy Bees,", "Dear Sir,",
        )),
        *(("welcome.es.md", f"Hola {NAME}:", greeting) for greeting in (
            "Hola:", "Hola, amigos:", "Estimados pacientes:", "Buenos días:", "¡Hola!", "Querida Comunidad:",
            "Hola Nuevamente:",
        )),
    ],
)  # fmt: skip
def test_other_days_and_greetings_are_the_clinics_own(name: str, old: str, new: str) -> None:
    assert lines_refused(name, (old, new)) == []


@pytest.mark.parametrize(
    ("line", "later"),
    [
        ("**Phone:** 925-555-0100", "**Phone:** 925-555-0199"),
        ("**Front desk:** 7 am - 7 pm", "**Front desk:** 8 am - 6 pm"),
        ("**When we are closed:** December 24", "**When we are closed:** December 24 and 25"),
        ("See you here at 9 am if you like coffee.", "See you here at 9 am if you like coffee."),
        ("", "**Call us:** 925.555.0100"),
    ],
)
@pytest.mark.parametrize("hour", [f", {TIME}", f"\n**Time:** {TIME}", f"\nSee you here at {TIME}"])
def test_a_telephone_number_and_the_clinics_hours_are_not_typed_over_a_field(line: str, later: str, hour: str) -> None:
    head = "---\nsubject: Your visit\n---\n"
    before = read(f"{head}**When:** {DATE}{hour}\n{line}\n", "letter.md")
    for now in (line, later):
        assert typed_over(read(f"{head}**When:** {DATE}\n{now}\n", "letter.md"), before, "en", "") == []


class Desk:
    """A folder of letters, and the state folder that remembers them."""

    def __init__(self, home: Path) -> None:
        self.folder, self.state = home / "templates", home / "var"
        self.folder.mkdir()
        for name in PARTS:
            shutil.copy(SHIPPED / name, self.folder)

    def save(self, text: str) -> Letters:
        (self.folder / "reminder.md").write_text(text, "utf-8")
        return load_letters(self.folder, CLINIC, self.state)


def test_a_reminder_with_its_day_typed_over_is_told_and_the_one_before_goes_on(tmp_path: Path) -> None:
    desk, shipped = Desk(tmp_path), (SHIPPED / "reminder.md").read_text("utf-8")
    assert desk.save(shipped).faults == []
    letters = desk.save(shipped.replace(DATE, "Tuesday, January 12").replace(NAME, "Ann"))
    day = "A day is typed where {{ appointment.date }} stood, and every patient would read it."
    name = "A name is typed where {{ patient.first_name }} stood, and every patient would be called so."
    its_own = "Write {{ appointment.date }} there; each patient then reads their own day."
    greet = "Write {{ patient.first_name }} there; to greet all alike, use small letters: Hello friends,"
    assert letters.faults == [
        Fault("templates/reminder.md", 2, day, its_own),
        Fault("templates/reminder.md", 5, name, greet),
        Fault("templates/reminder.md", 9, day, its_own),
    ]
    written = letters.write("reminder.md", LetterValues("Jamie", "2027-03-04T17:30:00Z"))
    assert written.subject == "Your appointment on Thursday, March 4" and "Hello Jamie" in written.text


def test_a_field_at_the_very_beginning_is_seen_as_well() -> None:
    before = read("---\nsubject: '{{ appointment.date }}'\n---\nHello", "letter.md")
    now = read("---\nsubject: Tuesday, January 12\n---\nHello", "letter.md")
    assert [fault.line for fault in typed_over(now, before, "en", "")] == [2]


@pytest.mark.parametrize(
    ("greeting", "line"),
    [
        ("Hello Ann,", 2),
        ("Hello Busy Bees,", 2),
        ("Hello Zenobia,\n\nThis is your plan, {{ patient.first_name }}.", 2),
        ("Hello {{ patient.first_name }},", -1),
        ("Dear Community,", -1),
    ],
)
def test_a_greeting_that_may_be_a_name_is_known(greeting: str, line: int) -> None:
    assert greets_by_name(f"# Hello\n\n{greeting}\n", "en", CLINIC.name) == line


@pytest.mark.parametrize(
    ("words", "language", "day"),
    [
        ("We are closed on December 24.", "en", "December 24"),
        ("Closed Dec. 24th and after", "en", "Dec. 24th"),
        ("Cerramos el 24 de diciembre", "es", "24 de diciembre"),
        ("Monday: 8 am to 6 pm", "en", ""),
        ("If you may, 2 days before", "en", ""),
        ("Since March 2026 we have had two rooms", "en", ""),
    ],
)
def test_a_day_of_a_month_is_known_where_it_is_written_out(words: str, language: str, day: str) -> None:
    found = day_written_out(words, language)
    assert (found[0] if found else "") == day


def test_what_has_counted_once_is_not_refused_for_a_later_version(tmp_path: Path) -> None:
    desk, shipped = Desk(tmp_path), (SHIPPED / "reminder.md").read_text("utf-8")
    by_hand = shipped.replace(NAME, "Riders")
    for text in (by_hand, shipped, by_hand, by_hand + "\nP.S. We are closed on December 24.\n"):
        assert desk.save(text).faults == []
