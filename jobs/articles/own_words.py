"""The clinic's own words in config/words.csv: what its front desk types and the program does not know by itself."""

from pathlib import Path
from typing import NamedTuple

from jobs.articles.article_file import WORDS, read_rows
from jobs.articles.vocabulary import Vocabulary, the_vocabulary
from jobs.articles.word_lists import common_words
from jobs.articles.words import key_of
from jobs.clinic.faults import Fault, did_you_mean
from jobs.clinic.office_list import Row

NO_MEANING = "nothing"
_LONGEST = 60  # characters
_SHORTEST = 2


class OwnWord(NamedTuple):
    """A spelling of the clinic's own, and the concept that it means, or NO_MEANING."""

    words: str
    means: str


def load_own_words(path: Path) -> tuple[tuple[OwnWord, ...], list[Fault]]:
    """The clinic's words and every fault of the file at once. A word with a fault is left out; no file is no fault."""
    file = f"{path.parent.name}/{path.name}"
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return (), []
    except OSError as error:
        return (), [Fault(file, 0, f"The file cannot be read ({error.strerror}).", "See who may read it.")]
    rows, faults = read_rows(content, file, WORDS)
    kept: dict[str, tuple[OwnWord, int]] = {}
    for row in rows:
        fault = _fault(row, kept, file)
        if fault:
            faults.append(fault)
        else:
            word = OwnWord(row.text("words"), meaning_of(row.text("means"), the_vocabulary()))
            kept.setdefault(key_of(word.words), (word, row.line))
    return tuple(word for word, _ in kept.values()), sorted(faults)


def meaning_of(typed: str, vocabulary: Vocabulary) -> str:
    """The concept that a cell names, by its name or by any spelling of it; NO_MEANING; "" where it is unknown."""
    if typed.casefold() == NO_MEANING:
        return NO_MEANING
    found = vocabulary.spellings.get(key_of(typed), "")
    return found if found in vocabulary.concepts else ""


def why_not(words: str, means: str) -> tuple[str, str] | None:
    """What is wrong with a word and its meaning, and the remedy; None where both can be used."""
    vocabulary = the_vocabulary()
    key = key_of(words)
    if not words:
        return "The line has no words.", "Write what the front desk types, such as: bad wheel"
    if len(key.replace(" ", "")) < _SHORTEST:
        return f'"{words}" is too short to be told from other text.', "Write at least two letters."
    if len(words) > _LONGEST:
        return f"The words are longer than {_LONGEST} characters.", "Write the few words that matter."
    if key in common_words():
        return (
            f'"{words}" is a word of every day; it would be found everywhere.',
            "Write more of what is typed with it.",
        )
    if not means:
        return f'"{words}" has no meaning.', "Write into means what it stands for, such as: knee pain. Or: nothing"
    if not meaning_of(means, vocabulary):
        remedy = did_you_mean(means.casefold(), [*vocabulary.concepts, NO_MEANING])
        return (
            f'means "{means}" is nothing that is known.',
            remedy or "`run_jobs.py articles words` lists what is known.",
        )
    return None


def _fault(row: Row, kept: dict[str, tuple[OwnWord, int]], file: str) -> Fault | None:
    words = row.text("words")
    wrong = why_not(words, row.text("means"))
    if wrong:
        return Fault(file, row.line, *wrong)
    before = kept.get(key_of(words))
    if before:
        what = f'"{words}" stands in line {before[1]} already.'
        return Fault(file, row.line, what, "Keep one of them; the one above counts until then.")
    return None
