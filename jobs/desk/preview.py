"""What the letters look like: a gallery of each letter for made-up patients."""

import webbrowser
from pathlib import Path

import click

from jobs.articles.library import Library, load_library
from jobs.mail.fields import ArticleValues, LetterValues
from jobs.mail.gallery import GalleryLetter, write_gallery
from jobs.mail.templates import Letters, load_letters
from jobs.runner.settings import Settings


def show_preview(home: Path, settings: Settings, letter: str, open_it: bool) -> bool:
    """Print one letter, or with "" none, and write the gallery of it or of all; False where a letter has faults.

    It needs no store: the letters can be looked at while the jobs run.
    """
    letters = load_letters(home / "templates", settings.clinic, settings.state_dir / "cache")
    library, _ = load_library(home / "config" / "articles.csv")
    names = [name for name in letters.names if not letter or name == f"{letter.removesuffix('.md')}.md"]
    faults = [fault for fault in letters.faults if not letter or _concerns(fault.file, names)]
    for fault in faults:
        click.echo(str(fault), err=True)
    shown = [page for name in names if name in letters.usable for page in _shown(letters, name, library)]
    if shown and letter:
        click.echo(f"Subject: {shown[0].subject}\n\n{shown[0].text}")
    if shown:
        page = write_gallery(settings.state_dir / "preview", shown)
        click.echo(f"See {page}")
        if open_it:
            webbrowser.open(page.resolve().as_uri())
    return not faults


def _concerns(file: str, names: list[str]) -> bool:
    """Whether a fault stands in one of these letters, or in the shell that every letter shares."""
    name = Path(file).name
    return name in names or not name.endswith(".md")


def _shown(letters: Letters, name: str, library: Library) -> list[GalleryLetter]:
    """The letter as each of the made-up patients gets it."""
    shown, rule = [], name.removesuffix(".md")
    for patient, values in _made_up(library):
        written = letters.write(name, values)
        shown.append(
            GalleryLetter(
                rule.replace("_", " ").capitalize(), rule, written.subject, written.preheader, written.html,
                written.text, "mira@patient.example", "preview", patient,
            )
        )  # fmt: skip
    return shown


def _made_up(library: Library) -> list[tuple[str, LetterValues]]:
    articles = tuple(ArticleValues(a.title, a.url, a.summary) for a in library.articles[:2])
    stop = "mailto:clinic@clinic.example?subject=stop"
    return [
        (
            "a made-up patient with everything",
            LetterValues("Mira", "Wednesday, March 4", "9:30 AM", "Tomas Madeup", "Main Street", articles, stop, ""),
        ),
        ("a made-up patient of whom little is known", LetterValues(unsubscribe_mailto=stop)),
    ]
