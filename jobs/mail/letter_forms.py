"""A letter in each of its forms: compiled as the cache keeps it, awake in a run, written to one patient."""

from collections.abc import Callable, Collection
from types import CodeType
from typing import NamedTuple

from jobs.mail.fields import LetterValues, spoken_values

SHELL_HTML, SHELL_TEXT, LIST_HTML, LIST_TEXT = "shell.html", "shell.txt", "articles.html", "articles.txt"
PARTS = (SHELL_HTML, SHELL_TEXT, LIST_HTML, LIST_TEXT)
"""The files of the folder that surround every letter."""


class Written(NamedTuple):
    """One letter to one patient, ready to be put into a message."""

    subject: str
    preheader: str
    html: str
    text: str


class Compiled(NamedTuple):
    """One letter as the cache keeps it. A head without fields is text, one with fields is code."""

    subject: str | CodeType
    preheader: str | CodeType
    html: CodeType | None  # None: the letter has faults and is not used
    text: CodeType | None
    faults: tuple[tuple[str, int, str, str], ...]


class Trials(NamedTuple):
    """What new letters are tried against beside the made-up patients, asked for only where there is a new letter.

    `private_words` are those that no subject and no preheader may hold; `patients` give what real rows hold, masked.
    """

    private_words: Callable[[], Collection[str]] = tuple
    patients: Callable[[], Collection[LetterValues]] = tuple


NO_TRIALS = Trials()


class Awake:
    """A compiled letter in use; days and hours are said in its language and in the clinic's zone."""

    def __init__(self, letter: Compiled, zone: str, language: str) -> None:
        from jobs.mail.letter_language import wake  # only where a letter is written: Jinja is not loaded for nothing

        self._zone, self._language = zone, language
        assert letter.html is not None and letter.text is not None
        heads = [head if isinstance(head, str) else wake(head, False) for head in (letter.subject, letter.preheader)]
        self._subject, self._preheader = heads
        self._html, self._text = wake(letter.html, True), wake(letter.text, False)

    def write(self, values: LetterValues) -> Written:
        spoken = dict[str, object](spoken_values(values, self._zone, self._language))
        subject, preheader = self._subject, self._preheader
        if not isinstance(subject, str):
            subject = " ".join(subject.render(spoken).split())
        if not isinstance(preheader, str):
            preheader = " ".join(preheader.render(spoken).split())
        spoken["letter_subject"], spoken["letter_preheader"] = subject, preheader
        return Written(subject, preheader, self._html.render(spoken), self._text.render(spoken))
