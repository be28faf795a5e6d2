"""What the letters look like: a gallery of each letter for made-up patients."""

import webbrowser
from collections.abc import Collection
from pathlib import Path

import click

from jobs.articles.library import Library, load_library
from jobs.clinic.languages import language_name
from jobs.clinic.letter_names import in_language, language_of, own_letter
from jobs.desk.check import going_on
from jobs.mail.fields import LetterValues
from jobs.mail.gallery import GalleryLetter, write_gallery
from jobs.mail.message import stop_links
from jobs.mail.settings import MailSettings
from jobs.mail.templates import Letters
from jobs.runner.settings import Settings
from jobs.sending.letter_loading import load_clinic_letters
from jobs.sending.letters import WAITS_FOR_LIST, as_read, stop_address

STARTS = "2026-03-04T17:30:00Z"  # when the made-up patients are seen


def show_preview(home: Path, settings: Settings, letter: str, open_it: bool) -> bool:
    """Print one letter, or with "" none, and write the gallery of it or of all; False where a letter has faults.

    It needs no store: the letters can be looked at while the jobs run.
    """
    named = settings.follow_ups.letters()
    letters = load_clinic_letters(home, settings.clinic, settings.state_dir, named=named)
    library, _ = load_library(home / "config" / "articles.csv")
    names = [name for name in letters.names if not letter or name == own_letter(file_of(letter))]
    files = [
        *({file_of(letter)} - {*names}),
        *names,
        *(in_language(name, other) for name in names for other in letters.languages(name)),
    ]
    tell_faults(letters, settings, files if letter else [])
    waiting = tell_list_waited_for(library, settings, names)
    shown = [page for name in names if name in letters.usable for page in _shown(letters, name, library, settings.mail)]
    if shown and letter:
        first = next((one for one in shown if one.title == _title(file_of(letter))), shown[0])
        click.echo(f"Subject: {first.subject}\n\n{first.text}")
    if shown:
        page = write_gallery(settings.state_dir / "preview", shown, made_up=True)
        click.echo(f"See {page}")
        if open_it:
            webbrowser.open(page.resolve().as_uri())
    faults = [fault for fault in letters.faults if not letter or concerns(fault.file, files)]
    return not faults and not letters.gone.intersection(files) and not waiting


def file_of(letter: str) -> str:
    """The file of a letter as it may be typed: `welcome`, `welcome.md`, `welcome.es`."""
    return f"{letter.removesuffix('.md')}.md"


def tell_faults(letters: Letters, settings: Settings, files: list[str]) -> None:
    """Print the faults of these letters, or of all, which are not there, and which earlier versions are shown."""
    for fault in letters.faults:
        if not files or concerns(fault.file, files):
            click.echo(str(fault), err=True)
    for name in sorted(letters.gone):
        if not files or name in files:
            click.echo(f"templates/{name} is not there; `run_jobs.py check` says what to do.", err=True)
    for earlier in letters.instead:
        if not files or concerns(earlier.name, files):
            click.echo(f"Shown instead: {going_on(earlier, settings.clinic.tzinfo)}", err=True)


def tell_list_waited_for(library: Library, settings: Settings, names: Collection[str]) -> bool:
    """Say so where the letters of patients would wait for the list of articles, and are shown without them."""
    carrying = {rule.template for rule in settings.follow_ups.rules if rule.on and rule.articles}
    waiting = library.cannot_be_read and not carrying.isdisjoint(names)
    if waiting:
        click.echo(f"Shown without articles, and not sent to patients: {WAITS_FOR_LIST}.", err=True)
    return waiting


def concerns(file: str, names: list[str]) -> bool:
    """Whether a fault stands in one of these letters, or in the shell that every letter shares."""
    name = Path(file).name
    return name in names or not name.endswith(".md")


def _shown(letters: Letters, name: str, library: Library, mail: MailSettings) -> list[GalleryLetter]:
    """The letter as each of the made-up patients gets it, then in its other languages."""
    people = made_up_patients(library, mail)
    everything, nothing = people[0][1], people[-1][1]
    shown = [_card(letters, name, who, values) for who, values in people]
    for language in letters.languages(name):
        file, who = in_language(name, language), f"a made-up patient who reads {language_name(language)}"
        shown.append(_card(letters, file, who, everything._replace(first_name="Marisol", language=language)))
        shown.append(_card(letters, file, f"{who}, of whom little is known", nothing))
    return shown


def _card(letters: Letters, file: str, who: str, values: LetterValues) -> GalleryLetter:
    written = letters.write(file, values)
    return GalleryLetter(
        _title(file), own_letter(file).removesuffix(".md"), written.subject, written.preheader, written.html,
        written.text, "mira@patient.example", who, "",
    )  # fmt: skip


def _title(file: str) -> str:
    """`Welcome`, `Welcome in Spanish`."""
    words = own_letter(file).removesuffix(".md").replace("_", " ").capitalize()
    return f"{words} in {language_name(language_of(file))}" if language_of(file) else words


def made_up_patients(library: Library, mail: MailSettings) -> list[tuple[str, LetterValues]]:
    """Whom a letter is shown for: each with what is known of the patient. The first has everything, the last nothing.

    The way to stop letters is the clinic's own, with a mark that stands for no patient.
    """
    articles = tuple(as_read(article, mail.name_topics) for article in library.articles[:2])
    stop = stop_links(stop_address(mail), mail.unsubscribe_url, "preview")
    everything = LetterValues("Mira", STARTS, "Tomas Madeup", "Main Street", articles, *stop)
    long_words = everything._replace(
        first_name="Maximiliane-Theodora", provider="Bartholomew Featherstonehaugh-Madeup, PT, DPT, OCS",
        location="The studio behind the old train depot, second floor, left door",
    )  # fmt: skip
    return [
        ("a made-up patient with everything", everything),
        ("a made-up patient for whom no article fits", everything._replace(articles=())),
        ("a made-up patient with long names", long_words),
        (
            "a made-up patient of whom little is known",
            LetterValues(unsubscribe_mailto=stop[0], unsubscribe_url=stop[1]),
        ),
    ]
