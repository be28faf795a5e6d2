"""The clinic's letters, looked at with all that they must not say: the clinic's own words too."""

from collections.abc import Collection
from functools import partial
from pathlib import Path

from jobs.articles.private_words import private_words
from jobs.clinic.profile import ClinicProfile
from jobs.mail.templates import Letters, load_letters


def load_clinic_letters(
    home: Path,
    clinic: ClinicProfile,
    state: Path | None,
    anew: bool = False,
    only: Collection[str] | None = None,
    named: Collection[str] = (),
) -> Letters:
    """The letters in the clinic's folder, or `only` these, with those that rules name (`named`); see `load_letters`.

    Where config/words.csv has changed they are looked at once more: no subject and no preheader may hold what the front
    desk calls a condition.
    """
    own_words = home / "config" / "words.csv"
    try:
        content = own_words.read_bytes()
    except OSError:  # a missing list is no fault, and one that cannot be read is named by `check`
        content = b""
    telling = partial(private_words, own_words)
    return load_letters(home / "templates", clinic, state, telling, anew, content, only, named)
