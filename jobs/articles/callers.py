"""Finds of whom a caller speaks as the patient: "daughter calling for her mother" is about the mother."""

from jobs.articles.sayings import Saying
from jobs.articles.words import key_of

_KIN = "mother|mom|mum|father|dad|wife|husband|son|daughter|grandmother|grandma|grandfather|grandpa|aunt|uncle|parents?"
_KIN_ES = "mam[aá]|pap[aá]|madre|padre|esposo|esposa|abuela|abuelo|hij[oa]|t[ií][oa]"
_CALLER = Saying(
    rf"\b(?:daughter|son|wife|husband|niece|nephew|grand(?:son|daughter)|sister|brother|mom|mother|dad|father|parent|hij[oa]|"
    rf"espos[oa]|niet[oa]|mam[aá]|pap[aá])\b[^.;]{{0,25}}?\b(?:for|about|re|on behalf of|para|por|de|:)\W+"
    rf"(?:her|his|their|our|my|la|el|su)\s+({_KIN}|{_KIN_ES})\b"
    rf"|\b(?:llama|llam[oó]|pregunta) (?:la|el|su) (?:hij[oa]|espos[oa]|niet[oa])\W+(?:que )?(?:la|el|su)\s+"
    rf"({_KIN_ES})\b",
    *"daughter son wife husband niece nephew sister brother mom mother dad father parent".split(),
    *"hij espos niet mam pap llam pregunta".split(),
)
_SAME = {
    "mother": ("mother", "mom"),
    "mom": ("mother", "mom"),
    "father": ("father", "dad"),
    "dad": ("father", "dad"),
}


def patients_of_callers(text: str) -> frozenset[str]:
    """Whom a caller speaks of as the patient: "daughter calling for her mother" is about the mother."""
    return frozenset(key_of(name) for found in _CALLER.finditer(text) for name in _names(found[1] or found[2]))


def _names(kin: str) -> tuple[str, ...]:
    return _SAME.get(kin.lower(), (kin,))
