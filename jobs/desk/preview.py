"""What the letters look like: a gallery of each letter for made-up patients."""

import webbrowser
from pathlib import Path

from rich.console import Console

from jobs.articles.library import Library, load_library
from jobs.mail.fields import ArticleValues, LetterValues
from jobs.mail.gallery import GalleryLetter, write_gallery
from jobs.mail.templates import load_letters
from jobs.runner.tools import Tools


def show_preview(tools: Tools, template: str, everything: bool, open_it: bool) -> bool:
    """Write the gallery of one letter or of all; False where there is no such letter or it has faults."""
    console = Console()
    letters = load_letters(tools.home / "templates", tools.settings.clinic, tools.state_dir / "cache")
    for fault in letters.faults:
        console.print(str(fault), style="red", markup=False)
    names = [name for name in letters.names if everything or name in (template, f"{template}.md")]
    if not names:
        console.print(f"There is no letter {template} in templates/; there are {', '.join(letters.names)}.")
        return False
    library, _ = load_library(tools.home / "config" / "articles.csv")
    shown = []
    for name in names:
        if name not in letters.usable:
            continue
        for title, values in _made_up(library):
            written = letters.write(name, values)
            shown.append(
                GalleryLetter(
                    title, name.removesuffix(".md"), written.subject, written.preheader, written.html, written.text,
                    "mira@patient.example", "preview", "a made-up patient",
                )
            )  # fmt: skip
            if not everything and len(shown) == 1:
                console.rule(written.subject)
                console.print(written.text, markup=False, highlight=False)
    if shown:
        page = write_gallery(tools.state_dir / "preview", shown)
        console.print(f"See {page}")
        if open_it:
            webbrowser.open(Path(page).as_uri())
    return len(shown) > 0 and not letters.faults


def _made_up(library: Library) -> list[tuple[str, LetterValues]]:
    articles = tuple(ArticleValues(a.title, a.url, a.summary) for a in library.articles[:2])
    stop = "mailto:clinic@clinic.example?subject=stop"
    return [
        (
            "a patient with everything",
            LetterValues("Mira", "Wednesday, March 4", "9:30 AM", "Tomas Madeup", "Main Street", articles, stop, ""),
        ),
        ("a patient of whom little is known", LetterValues(unsubscribe_mailto=stop)),
    ]
