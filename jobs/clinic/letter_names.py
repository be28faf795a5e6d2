"""What letters are called: `welcome.md` is a letter, `welcome.es.md` the same letter in Spanish."""

import re

from jobs.clinic.patterns import pattern

_IN_A_LANGUAGE = pattern(r"(.+)\.([a-z]{2})\.md", re.IGNORECASE)


def is_letter(name: str) -> bool:
    """Whether a file is a letter by its name. README.md explains the letters and is none; nor is what Word, a Mac or an
    editor leaves beside an open letter, such as `~$lcome.md` and `._welcome.md`."""
    return name.endswith(".md") and name.lower() != "readme.md" and not name.startswith((".", "~"))


def language_of(name: str) -> str:
    """`es` for `welcome.es.md`; "" for `welcome.md`, which is in the clinic's own language."""
    found = _IN_A_LANGUAGE.fullmatch(name)
    return found[2].lower() if found else ""


def own_letter(name: str) -> str:
    """`welcome.md` for `welcome.es.md`: the letter that rules name, and that is used where a language has none."""
    found = _IN_A_LANGUAGE.fullmatch(name)
    return f"{found[1]}.md" if found else name


def in_language(name: str, language: str) -> str:
    """`welcome.es.md` for `welcome.md` and `es`."""
    return f"{name.removesuffix('.md')}.{language}.md"
