"""Letters in the patient's language; the clinic's own where there is no other."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.clinic.faults import Fault
from jobs.clinic.profile import ClinicProfile
from jobs.mail.fields import ArticleValues, LetterValues
from jobs.mail.spoken_dates import moment_in_words
from jobs.mail.templates import load_letters

SHIPPED = Path(__file__).resolve().parents[2] / "templates"
CLINIC = ClinicProfile("riverbend", "Riverbend", "America/Los_Angeles", "1 Main Street", "555-0100")
MARISOL = LetterValues(
    "Marisol", "2026-03-04T17:30:00Z", "Robin", "", (ArticleValues("T", "https://a.example/"),), "mailto:s@a.example",
    language="es",
)  # fmt: skip


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Wednesday, March 4", "9:30 AM")),
        ("es", ("miércoles, 4 de marzo", "9:30 a.m.")),
        ("fr", ("mercredi 4 mars", "09:30")),
        ("vi", ("Thứ Tư, 4 tháng 3", "09:30")),
        ("zh", ("3月4日星期三", "09:30")),
        ("ru", ("среда, 4 марта", "09:30")),
        ("ko", ("3월 4일 수요일", "AM 9:30")),
    ],
)
def test_days_and_hours_are_said_in_the_language_of_the_letter(language: str, words: tuple[str, str]) -> None:
    assert moment_in_words("2026-03-04T17:30:00Z", "America/Los_Angeles", language) == words


def test_a_spanish_letter_is_spanish_from_the_subject_to_the_foot() -> None:
    letter = load_letters(SHIPPED, CLINIC, None).write("after_evaluation.md", MARISOL)
    assert letter.subject == "Gracias por su visita"
    assert letter.text.startswith("Hola Marisol:\n\nGracias por venir el miércoles, 4 de marzo.")
    assert "Lo elegimos pensando en sus visitas." in letter.text and "No quiero recibir más" in letter.text
    assert '<html lang="es" dir="ltr">' in letter.html
    english = ("Hello", "Worth a few", "Chosen to go", "You receive", "No more of these", "March")
    assert not [words for words in english if words in letter.html + letter.text]


def test_without_a_letter_in_the_language_the_clinics_own_goes_with_its_own_dates() -> None:
    letters = load_letters(SHIPPED, CLINIC, None)
    assert "Hello Marisol," in letters.write("missed_visit.md", MARISOL).text
    assert "for Wednesday, March 4 and" in " ".join(letters.write("missed_visit.md", MARISOL).text.split())
    assert letters.write("reminder.md", MARISOL._replace(language="vi")).text.startswith("Hello Marisol,")
    assert letters.languages("reminder.md") == ["es"] and letters.languages("missed_visit.md") == []


def test_a_patient_without_a_name_is_greeted_without_one() -> None:
    assert (
        load_letters(SHIPPED, CLINIC, None).write("reminder.md", LetterValues(language="es")).text.startswith("Hola:")
    )


def test_a_clinic_whose_own_letters_are_spanish_says_its_dates_in_spanish(tmp_path: Path) -> None:
    for name in ("shell.html", "shell.txt", "articles.html", "articles.txt"):
        shutil.copy(SHIPPED / name, tmp_path)
    shutil.copy(SHIPPED / "reminder.es.md", tmp_path / "reminder.md")
    shutil.copy(SHIPPED / "reminder.md", tmp_path / "reminder.en.md")
    clinic = ClinicProfile("riverbend", "Riverbend", "UTC", "1 Main Street", "555-0100", language="es")
    letters = load_letters(tmp_path, clinic, None)
    assert letters.faults == []
    assert letters.write("reminder.md", MARISOL._replace(language="")).subject == "Su cita: miércoles, 4 de marzo"
    assert letters.write("reminder.md", MARISOL._replace(language="en")).subject.startswith("Your appointment on Wed")


def test_a_letter_in_a_faulty_language_costs_only_that_one(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "templates")
    spanish = tmp_path / "templates" / "reminder.es.md"
    spanish.write_text(spanish.read_text("utf-8") + "{{ clinica.nombre }}", "utf-8")
    letters = load_letters(tmp_path / "templates", CLINIC, None)
    assert [fault.file for fault in letters.faults] == ["templates/reminder.es.md"]
    assert letters.write("reminder.md", MARISOL).text.startswith("Hello Marisol,")


def test_a_file_whose_language_or_letter_does_not_exist_is_named(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "templates")
    shutil.copy(SHIPPED / "reminder.es.md", tmp_path / "templates" / "reminder.sp.md")
    shutil.copy(SHIPPED / "reminder.es.md", tmp_path / "templates" / "remind.es.md")
    assert load_letters(tmp_path / "templates", CLINIC, None).faults == [
        Fault("templates/remind.es.md", 0, "There is no letter remind.md that this could be in another language.",
              'Did you mean "reminder.md"?'),
        Fault("templates/reminder.sp.md", 0, '"sp" in the name of the file is no language that is known.',
              "Rename it, to reminder.es.md for Spanish."),
    ]  # fmt: skip


def test_a_language_in_capitals_is_named_for_nothing_would_ask_for_it(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "templates")
    (tmp_path / "templates" / "reminder.es.md").rename(tmp_path / "templates" / "reminder.ES.md")
    letters = load_letters(tmp_path / "templates", CLINIC, None)
    what = "The two letters of a language stand in capitals in the name of the file; nothing asks for it so."
    assert letters.faults == [Fault("templates/reminder.ES.md", 0, what, "Rename it to reminder.es.md.")]
    assert letters.languages("reminder.md") == []


def test_no_library_of_languages_is_loaded_for_english_letters(tmp_path: Path) -> None:
    load_letters(SHIPPED, CLINIC, tmp_path)
    program = (
        "import sys; from pathlib import Path;"
        "from tests.mail.test_letters_in_languages import CLINIC, MARISOL, SHIPPED;"
        "from jobs.mail.templates import load_letters;"
        f"letters = load_letters(SHIPPED, CLINIC, Path({str(tmp_path)!r}));"
        "letters.write('reminder.md', MARISOL._replace(language='')); print('babel' in sys.modules);"
        "letters.write('reminder.md', MARISOL); print('babel' in sys.modules)"
    )
    root = SHIPPED.parent
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
