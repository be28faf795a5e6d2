"""Finds of whom a note speaks as the patient: "daughter calling for her mother" is about the mother."""

from jobs.articles.sayings import Saying
from jobs.articles.spelled import Found
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

_A_BABY = Saying(
    r"(?:(?:grand)?(?:daughter|son)|niece|nephew|hij[oa]|niet[oa])\W+(?:is|was|just turned|turned|tiene|who is)?\W*"
    r"(?:now|about|only|just|almost|barely)?\W*[\w-]+[\s-]*(?:mos?|months?|weeks?|wks?|meses|semanas)\b"
)  # she is whom the patient lifts
_THEIR_THING = Saying(
    r"(?:['’]s)? (?:\w+ )?(?:games?|match|practices?|wedding|party|house|home|car|truck|room|school|tournament|"
    r"birthday|graduation|recital|meet|team|class|crib|stroller|bed)\b"
)
_LIFTS = Saying(
    r"\b(?:lift|pick|scoop|carr|hold|nurs|feed|rock|bath|hoist|lug|chang|cargo|cargar|levanto|levantar)\w*"
    r"(?: (?:up|around|down))?(?: (?:my|our|the|her|his|a|mi|a mi|al?))* ?$"
)


def patients_of_callers(text: str) -> frozenset[str]:
    """Whom a caller speaks of as the patient: "daughter calling for her mother" is about the mother."""
    return frozenset(key_of(name) for found in _CALLER.finditer(text) for name in _names(found[1] or found[2]))


def _names(kin: str) -> tuple[str, ...]:
    return _SAME.get(kin.lower(), (kin,))


def is_carried(kin: Found, text: str, begin: int) -> bool:
    """Whether this is a child whom the patient lifts, or whose game she watches: "whenever I scoop up my son"; `begin`
    is where the clause begins."""
    return bool(
        _A_BABY.match(text, kin.start) or _LIFTS.search(text, begin, kin.start) or _THEIR_THING.match(text, kin.end)
    )
