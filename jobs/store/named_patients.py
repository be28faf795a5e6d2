"""Which texts of the referrals name a patient of the clinic: the names of all are compared at once, as one text."""

from collections.abc import Iterable
from itertools import chain

from sqlalchemy import text

from jobs.clinic.named_patients import hidden_names
from jobs.clinic.patterns import pattern
from jobs.clinic.source_names import OF_PATIENTS, ReferralNames
from jobs.clinic.typed_words import words_of
from jobs.store.memory import Memory
from jobs.store.rows import whole

_TOGETHER = {"sqlite": "group_concat", "postgresql": "string_agg"}
_ALL_NAMES = "SELECT {together}(name_key, :between) FROM patients WHERE clinic_id = :clinic AND name_key <> ''"
_TYPED = "SELECT DISTINCT referral_source FROM {episodes} WHERE clinic_id = :clinic"
_INITIAL = pattern(" [a-z](?= )")


def note_patients(memory: Memory, names: ReferralNames, as_source: Iterable[str], as_provider: Iterable[str]) -> None:
    """Let `names` know which of the texts that were typed as a source name a patient; each text is looked at once."""
    typed = set(filter(None, as_source))
    theirs = {each for each in typed if names.may_name_a_patient(each)}
    asked = theirs - names.looked_at
    names.looked_at.update(asked)
    if not asked:
        return
    of_others = (said for said, name in names.names.items() if names.channel_of(name) != OF_PATIENTS)
    others = [*as_provider, *(typed - theirs), *of_others]
    for each, shown in _hidden_names(memory, asked, others).items():
        names.names_a_patient(each, shown)


def patients_named(memory: Memory, texts: Iterable[str]) -> dict[str, str]:
    """Of these texts those that name a patient, and how each may be shown."""
    return _hidden_names(memory, texts)


def hidden_sources(memory: Memory) -> dict[str, str]:
    """Each text that was typed as a source and names a patient, and how it may be shown."""
    query = text(_TYPED.format(episodes=whole(memory, "episodes")))
    return patients_named(memory, memory.connection.execute(query, {"clinic": memory.clinic_id}).scalars())


def _hidden_names(memory: Memory, texts: Iterable[str], others: Iterable[str] = ()) -> dict[str, str]:
    """Most texts have no two words that any patient is called by: those are not looked at further."""
    texts = dict.fromkeys(texts)
    keys = _patients(memory) if texts else frozenset()
    words = frozenset(" ".join(keys).split())
    near = {each: None for each in texts if sum(word in words for word in words_of(each)) > 1}
    return hidden_names(near, chain(others, texts.keys() - near.keys()), keys.intersection)


def _patients(memory: Memory) -> frozenset[str]:
    """What all patients are called, without initials behind the first name."""
    query = text(_ALL_NAMES.format(together=_TOGETHER[memory.connection.dialect.name]))
    names = memory.connection.execute(query, {"clinic": memory.clinic_id, "between": "\n"}).scalar()
    return frozenset(_INITIAL.sub("", names or "").split("\n"))
