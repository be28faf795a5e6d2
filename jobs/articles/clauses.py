"""Reads a note clause by clause: what each affirms, what it denies, what it says of others or of long ago."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from jobs.articles.sayings import AHEAD, LOST, MOVED, QUESTION, Saying
from jobs.articles.spelled import BREAK, HARD_BREAK, Found, find
from jobs.articles.vocabulary import BODY, SIGNS, Vocabulary
from jobs.articles.word_lists import common_words
from jobs.articles.words import key_of

DONE = re.compile(r"\bs\s*/\s*p\b|\bpost[- ]?op|\bstatus post\b", re.IGNORECASE)  # an operation that was done
MONEY = re.compile(r"[$€]\s?\d")
_YEAR = re.compile(r"(?<![\d/.-])(?:19|20)\d\d(?![\d/-])|(?<=['’])\d\d(?!\w)")
_MONTHS = frozenset("jan feb mar apr may jun jul aug sep sept oct nov dec".split())
_ASIDE = re.compile(r"\s*[()]\s*")
_DOUBTED, _DOUBTFUL = re.compile(r"\s*\?(?!\w)"), re.compile(r"[^\w?]*\?\w")  # "sciatica? MD says hip", "?hip"
_AND = ("&", "+")
_SAYS_OF = frozenset("for in of para de".split())  # "for her sister": what went before is hers as well
_WHOSE, _IS = frozenset("his their our your su mi".split()), frozenset("is was es".split())
_HISTORY = frozenset(
    "hx h history pmh pmhx prior previou previously past remote once used old historia historial antecedente previo "
    "previa".split()
)  # of the signs of what was once so, those that do not just doubt it
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
_MEN = frozenset("husband dad father son brother boyfriend hubby grandfather grandpa uncle nephew grandson".split())
_WOMEN = frozenset("wife mom mother daughter sister girlfriend grandmother grandma aunt niece granddaughter".split())
_FOR = frozenset("for para por".split())  # "sent by a friend for a sore hip": the hip is the patient's
_WITHOUT_HURTING = Saying(
    r"(?:without|w/o)\s+(?:[\w']+\s+){1,4}?(?:complaining|hurting|aching|killing|screaming|barking|throbbing|seizing|"
    r"locking|giving|going|acting|burning|leaking|peeing|spinning|falling|shooting)\b"
)
_ON_PAPER = frozenset(
    f"{paper} say"
    for paper in ("slip", "order", "referral", "script", "rx", "chart", "form", "paperwork", "prescription")
) | {"referral", *(f"on {paper}" for paper in ("order", "script", "referral", "slip", "rx", "prescription"))}
_CONTRAST = Saying(
    r"\b(?:but|no|not|never|denies|actually|instead|wrong|tells|it'?s the|it was|pt says|he says|she says|nothing)\b"
)
_WITHOUT = frozenset(("without", "w o"))
_CANNOT = Saying(r"\b(?:can['’]?t|cannot|can not|couldn['’]?t|hardly|barely|never)\b[^.;]{0,60}$")
_PERFECT = frozenset(("havent", "hasnt", "hadnt", "have not", "has not"))
_GOES_ON = frozenset("on per by at since now and but so which en hoy ahora".split())  # "meniscus ok on MRI"


@dataclass(eq=False)
class Clause:
    """A part of a note between two commas or stops."""

    affirmed: list[Found] = field(default_factory=list)  # with the signs that say that something hurts or is numb
    denied: list[Found] = field(default_factory=list)
    led_to: list[Found] = field(default_factory=list)  # affirmed, and what it comes from follows: "knee since a run"
    signs: set[str] = field(default_factory=set)
    text: str = ""
    linked: bool = False  # to the one before by no more than a sign: "knee & shoulder clinic"
    begin: int = 0  # where in the note it begins
    silent: list[tuple[int, int]] = field(default_factory=list)  # where it denies something or speaks of others

    def affirms(self, vocabulary: Vocabulary) -> bool:
        """Whether it says that something of the body is wrong."""
        return any(is_of_body(one, vocabulary) for one in self.affirmed)

    @property
    def end(self) -> int:
        """Where in the note it ends."""
        return self.begin + len(self.text)

    @property
    def is_past(self) -> bool:
        """Whether it speaks of long ago, and not of what has lasted since then."""
        return "old" in self.signs and "since" not in self.signs


def is_of_body(one: Found, vocabulary: Vocabulary) -> bool:
    """Whether this is a condition or a part of the body."""
    return one.meaning in vocabulary.concepts and vocabulary.kind(one.meaning) in BODY


def is_operation(one: Found, vocabulary: Vocabulary) -> bool:
    """Whether this is an operation: who does well after one has had it all the same."""
    return one.meaning in vocabulary.concepts and "after surgery" in (one.meaning, *vocabulary.ancestors(one.meaning))


def clauses_of(text: str, vocabulary: Vocabulary) -> list[Clause]:
    """The clauses of a text, in their order."""
    clauses = list(_read(text, vocabulary))
    for errand in (*LOST.finditer(text), *MOVED.finditer(text)):
        next(one for one in reversed(clauses) if one.begin <= errand.start()).signs.add("desk")
    for asked, answer in zip(clauses, clauses[1:], strict=False):
        if answer.linked and "pain" in answer.signs:
            asked.affirmed += [one for one in answer.affirmed if one.meaning == "pain"][:1]  # "neck & shoulder pain"
            asked.signs.add("pain")
        words = {key_of(text[one.start : one.end]) for one in answer.affirmed if not one.meaning}
        if (
            answer.denied
            or len(answer.affirmed) > len(words)
            or not {word for word in words if word.isalpha()} <= common_words()
        ):
            continue
        if "guess" in asked.signs and "over" in answer.signs:
            asked.denied += asked.affirmed  # "The hip? Wonderful."
            asked.affirmed.clear()
        elif "old" in answer.signs:
            asked.signs.add("old")  # "RTC repair (2011)"
        elif "guess" in asked.signs and "not" in answer.signs:
            asked.affirmed.clear()  # "heel? no"
        elif "over" in answer.signs:
            asked.denied += [
                one for one in asked.affirmed if is_of_body(one, vocabulary) and not is_operation(one, vocabulary)
            ]
            asked.affirmed = [one for one in asked.affirmed if is_operation(one, vocabulary)]  # "meniscus, all better"
    return clauses


def _read(text: str, vocabulary: Vocabulary) -> Iterator[Clause]:
    found = find(text, vocabulary)
    reader = _Reader(text, vocabulary)
    for one, following in zip(found, [*found, None][1:], strict=True):
        if one.meaning == "but" or BREAK.search(text, reader.end, one.start):
            yield reader.closed(one.start)
        reader.take(one, following)
    yield reader.closed(len(text))


def patients_of_callers(text: str) -> frozenset[str]:
    """Whom a caller speaks of as the patient: "daughter calling for her mother" is about the mother."""
    return frozenset(key_of(name) for found in _CALLER.finditer(text) for name in _names(found[1] or found[2]))


def _names(kin: str) -> tuple[str, ...]:
    return _SAME.get(kin.lower(), (kin,))


class _Reader:
    """Goes through the words of a text, knowing to whom and to what they belong."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._text, self._vocabulary = text, vocabulary
        self._clause, self._begin = Clause(), 0
        self.end = 0
        self._denied = self._listing = self._theirs = self._sent = self._working = False
        self._patients = patients_of_callers(text)
        self._spoken_of = ""  # he or she, where somebody else was named in this sentence
        self._before: Found | None = None
        self._earlier: Found | None = None

    def closed(self, upto: int) -> Clause:
        """The clause that ends here; the next one begins."""
        clause, between = self._clause, self._text[self.end : upto]
        if AHEAD.search(self._text, self._begin, upto):
            clause.signs.add("ahead")
        clause.text, clause.begin = self._text[self._begin : self.end], self._begin
        if _DOUBTED.match(between) and not QUESTION.match(clause.text) or _DOUBTFUL.match(clause.text):
            clause.signs.add("guess")
        self._clause, self._begin = Clause(linked=between.strip() in _AND), self.end
        self._before = self._earlier = None
        self._listing = self._listing and not HARD_BREAK.search(between)
        self._denied, self._working = self._listing, False
        self._theirs = self._theirs and bool(_ASIDE.fullmatch(between))
        self._sent = self._sent and self._theirs
        self._spoken_of = "" if HARD_BREAK.search(between) else self._spoken_of
        return clause

    def take(self, one: Found, following: Found | None) -> None:
        """The next spelling or word."""
        last = following is None or bool(BREAK.search(self._text, one.end, following.start))
        if self._theirs or self._denied:
            self._clause.silent.append((one.start, one.end))
        if self._is_bare_year(one):
            self._clause.signs.add("old")
        if one.meaning == "kin" and self._key(one) in self._patients:
            self._theirs = False
        elif one.meaning in SIGNS:
            if one.meaning == "before" and self._key(one).split()[0] in _HISTORY:
                self._clause.signs.add("history")
            if one.meaning == "since" and self._key(one) == "from" and following and self._is_bare_year(following):
                return self._pass(one)  # "hip replacement from 2019"
            if one.meaning != "other" or not (self._denied or self._theirs):
                self._clause.signs.add(one.meaning)
            self._take_sign(one, following, last)
        elif self._sent and self._key(one) in _FOR:
            self._theirs = self._sent = False
        elif not self._theirs and not (self._working and self._is_sport(one)):
            (self._clause.denied if self._denied else self._clause.affirmed).append(one)
        self._pass(one)

    def _pass(self, one: Found) -> None:
        self.end, self._before, self._earlier = one.end, one, self._before

    def _take_sign(self, one: Found, following: Found | None, last: bool) -> None:
        clause, meaning = self._clause, one.meaning
        done = (
            last
            or following is not None
            and following.meaning == "old"
            or self._key(following).partition(" ")[0] in _GOES_ON
        )
        if meaning == "but":
            self._denied = self._listing = False
        elif meaning == "was" and self._key(one) in _ON_PAPER and not _CONTRAST.search(self._text, one.end):
            pass
        elif meaning == "was" or meaning == "well" and done or meaning == "not" and last and clause.affirmed:
            self._deny_what_went_before(stands=meaning == "well")
        elif (
            meaning == "own"
            and self._spoken_of
            and self._key(one).split()[0] in (self._spoken_of, f"{self._spoken_of}s")
        ):
            self._theirs = True  # "her husband drives, he has sciatica"
        elif meaning in ("end", "own", "now"):
            self._denied = self._listing = False
            self._theirs = self._theirs and meaning == "end"
        elif meaning == "not" and self._key(one) in _ON_PAPER and not _CONTRAST.search(self._text, one.end):
            pass  # "order says hip", and nobody says otherwise
        elif meaning == "not" and self._key(one) in _WITHOUT and _CANNOT.search(self._text, self._begin, one.start):
            pass  # "cannot sit through a movie without two trips to the toilet"
        elif meaning == "not" and _WITHOUT_HURTING.match(self._text, one.start):
            pass  # "cannot tie my shoes without my back complaining"
        elif meaning == "not" and self._key(one) in _PERFECT and not self._is_activity(following):
            pass  # "has not slept for the pain", but "hasn't run since college"
        elif meaning in ("not", "denies"):
            self._denied, self._listing = True, self._listing or meaning == "denies" or self._key(one) in _ON_PAPER
        elif meaning in ("kin", "source"):
            if meaning == "kin" and self._says_of(one):
                clause.silent += [(said.start, said.end) for said in clause.affirmed]
                clause.affirmed.clear()
            self._theirs, self._sent = True, self._sent or meaning == "source"
            self._spoken_of = "he" if self._key(one) in _MEN else "she" if self._key(one) in _WOMEN else ""
        elif meaning == "job":
            self._working = True
        elif meaning == "other" and not self._denied:
            clause.affirmed.append(one._replace(meaning=""))  # articles may have the word
        elif meaning in ("pain", "numb", "shoots") and not self._theirs and not self._denied:
            clause.affirmed.append(one)
        elif meaning == "since" and clause.affirmed[-1:] == [self._before]:
            clause.led_to.append(clause.affirmed[-1])

    def _deny_what_went_before(self, stands: bool) -> None:
        """ "Sciatica resolved", and where nothing went before, what follows: "ruled out a fracture".

        An operation `stands` where all that is said is that she does well.
        """
        clause = self._clause
        clause.signs.add("over")
        if clause.affirms(self._vocabulary):
            kept = [one for one in clause.affirmed if stands and is_operation(one, self._vocabulary)]
            clause.denied += [one for one in clause.affirmed if one not in kept]
            clause.affirmed = kept
        else:
            self._denied = True

    def _says_of(self, kin: Found) -> bool:
        """Whether what went before is hers or his: "class for her sister", "the slot is HUSBAND's"."""
        before, earlier = self._key(self._before), self._key(self._earlier)
        owned = self._text[kin.start : kin.end].casefold().endswith(("'s", "’s"))
        return before in _SAYS_OF or before in _WHOSE and earlier in _SAYS_OF or owned and before in _IS

    def _is_activity(self, one: Found | None) -> bool:
        known = self._vocabulary
        return one is not None and one.meaning in known.concepts and known.kind(one.meaning) == "activity"

    def _is_sport(self, one: Found) -> bool:
        return self._is_activity(one) and not self._vocabulary.is_everyday(one.meaning)

    def _is_bare_year(self, one: Found) -> bool:
        """Whether this is a year without a month or day: recent things are told by their day ("TKR 10/3")."""
        is_year = one.end - one.start in (2, 4) and _YEAR.match(self._text, one.start)
        return bool(is_year) and self._key(self._before)[:3] not in _MONTHS

    def _key(self, one: Found | None) -> str:
        return key_of(self._text[one.start : one.end]) if one else ""
