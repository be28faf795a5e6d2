"""What a text says, as the reading of it gives it to the choice."""

from typing import NamedTuple

from jobs.articles.doctor_first import DoctorFirst


class Mention(NamedTuple):
    """A concept that a text names, with the words as typed."""

    concept: str
    phrases: tuple[str, ...]
    sure: bool = True  # not a lone part of the body or everyday word among words that nobody knows
    felt: bool = False  # not named: a numb hand is read as carpal tunnel syndrome
    faint: bool = False  # only guessed, or nearly over
    clause: int = 0  # which of the text
    complained: bool = False  # the clause says that something hurts


class Reading(NamedTuple):
    """What a text says."""

    mentions: list[Mention]  # what it affirms, in its order; what it names twice is there twice
    denied: frozenset[str]  # the concepts that it denies
    words: list[tuple[str, str]]  # what else it says, neither denied nor without meaning: key, and the word as typed
    doctor_first: tuple[DoctorFirst, ...] = ()
    over: frozenset[str] = frozenset()  # what it says is not so or over
    past: frozenset[str] = frozenset()  # what it says was long ago
    misfiled: bool = False  # whether it says that the chart is wrong or old
    returns: bool = False  # whether it speaks of doing again what was given up
    begins: bool = True  # whether somebody begins something, goes on with it or asks what it is good for
    errand: bool = False  # whether it is about a matter of the desk and no complaint: a gift card, a job
    void: bool = False  # whether the whole note is a matter of the desk or nobody's treatment here


NOTHING = Reading([], frozenset(), [])
