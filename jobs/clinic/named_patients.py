"""Whether a text says that a patient of the clinic sent somebody: "pt First Last", "my sister First Last".

A text counts as that only when nothing stands in it but a patient's whole name and what people write around it. A
doctor ("Dr. First Last", "First Last, PT") or a place ("Last Street Gym") who has a patient's name stays what it is;
so does a name that also stands among other words, in the column of the referring provider or in the clinic's list.
"""

from collections.abc import Callable, Collection, Iterable, Mapping

from jobs.clinic.masking import hidden
from jobs.clinic.patterns import pattern
from jobs.clinic.typed_words import words_of

_OF_A_FAMILY = frozenset(
    "aunt boyfriend brother cousin coworker dad daughter father friend girlfriend grandfather grandma grandmother "
    "grandpa granddaughter grandson husband mom mother neighbor neighbour nephew niece parent partner roommate sister "
    "son spouse uncle wife".split()
)
_BEFORE = _OF_A_FAMILY | frozenset(
    "a an and another by client current existing family fellow former found friends from heard her his i is member "
    "miss mouth mr mrs ms my of old or other our past patient patients per pt rec recommendation recommended ref refer "
    "referal referals refered referral referrals referred sent the thru through told us via was word your".split()
)
_BEHIND = _OF_A_FAMILY | frozenset(
    "a also an and client current existing family former friends has here is me of or our ours past patient "
    "recommended ref refer referal refered referral referred sent the told too us was who".split()
)
"""Not "pt": behind a name it is a physical therapist's title."""
_MOST_WORDS = 9
_DIGIT = pattern(r"\d")
_TOKEN = pattern("[^\\W\\d_]+(?:['\u2019`\u00b4][^\\W\\d_]+)*")

Known = Callable[[Collection[str]], Collection[str]]
"""Says which of these names (first name before last, as `name_key`, without initials) are patients'."""


def hidden_names(texts: Iterable[str], others: Iterable[str], known: Known) -> dict[str, str]:
    """Of these texts those that name a patient, and how each may be shown: `pt R•••• T•••••••`. `others` are texts that
    name somebody or something else: a name that stands in one of them is nobody's alone."""
    readings = {text: _readings(text) for text in texts}
    wanted = {name for found in readings.values() for words in found for name in _names(words)}
    patients = frozenset(known(wanted)) if wanted else frozenset()
    said = {
        text: words
        for text, found in readings.items()
        if (words := next((each for each in found if not patients.isdisjoint(_names(each))), None))
    }
    if not said:
        return {}
    elsewhere = "\n".join(f" {' '.join(_told(other))} " for other in (*others, *(readings.keys() - said.keys())))
    return {
        text: _without(text, words)
        for text, words in said.items()
        if not any(f" {name} " in elsewhere for name in _names(words))
    }


def meant(shown: str, hidden_texts: Mapping[str, str]) -> list[str]:
    """The texts that are shown so, each once however it was spelled. `hidden_texts` as from `hidden_names`."""
    found = {
        " ".join(words_of(typed)): typed
        for typed, as_shown in hidden_texts.items()
        if as_shown.casefold() == shown.casefold()
    }
    return list(found.values())


def _told(text: str) -> list[str]:
    """The words of a text without initials, which one spelling of a name has and another has not."""
    return [word for word in words_of(text) if len(word) > 1]


def _readings(text: str) -> list[tuple[str, ...]]:
    """The words that may be a name, where those before and behind them are none; the longest first."""
    words = _told(text)
    if not 2 <= len(words) <= _MOST_WORDS or _DIGIT.search(text):
        return []
    before = next((place for place, word in enumerate(words) if word not in _BEFORE), len(words))
    behind = next((place for place, word in enumerate(reversed(words)) if word not in _BEHIND), len(words))
    spans = [(start, end) for start in range(before + 1) for end in range(len(words) - behind, len(words) + 1)]
    longest_first = sorted(spans, key=lambda span: span[0] - span[1])
    return [tuple(words[start:end]) for start, end in longest_first if start + 2 <= end and before < end]


def _names(words: tuple[str, ...]) -> list[str]:
    """Each name that the words may be: the last name may stand first."""
    return [" ".join((*words[place:], *words[:place])) for place in range(len(words))]


def _without(text: str, name: Collection[str]) -> str:
    """The text with nothing but the first letters of the name's words."""
    return _TOKEN.sub(lambda token: hidden(token[0]) if words_of(token[0])[0] in name else token[0], text)
