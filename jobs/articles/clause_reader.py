"""Goes through the words of a note and parts it into clauses."""

from collections.abc import Iterator

from jobs.articles.callers import is_carried, patients_of_callers
from jobs.articles.clauses import TO_THE_DESK, Clause, is_of_body, is_operation
from jobs.articles.errands import is_circumstance
from jobs.articles.sayings import AHEAD, QUESTION, Saying
from jobs.articles.spelled import BREAK, HARD_BREAK, Found, find
from jobs.articles.vocabulary import SIGNS, Vocabulary
from jobs.articles.word_lists import listed
from jobs.articles.words import key_of
from jobs.clinic.patterns import pattern

_YEAR = pattern(r"(?<![\d/.-])(?:19|20)\d\d(?![\d/-])|(?<=['’])\d\d(?!\w)")
_MONTHS = frozenset("jan feb mar apr may jun jul aug sep sept oct nov dec".split())
_ASIDE = pattern(r"\s*[()]\s*")
_DOUBTED, _DOUBTFUL = pattern(r"\s*\?(?!\w)"), pattern(r"[^\w?]*\?\w")  # "sciatica? MD says hip", "?hip"
_AND = ("&", "+")
_SAYS_OF = frozenset("for in of on para de".split())  # "for her sister": what went before is hers as well
_WHOSE, _IS = frozenset("his their our your su mi".split()), frozenset("is was es".split())
_HISTORY = frozenset(
    "hx h history pmh pmhx prior previou previously past remote once used old historia historial antecedente previo "
    "previa".split()
)  # of the signs of what was once so, those that do not just doubt it
_MEN = frozenset("husband dad father son brother boyfriend hubby grandfather grandpa uncle nephew grandson".split())
_WOMEN = frozenset("wife mom mother daughter sister girlfriend grandmother grandma aunt niece granddaughter".split())
_SMALL_CHILD = "small children"
_OPERATION = frozenset("surgery operation surg cirugia operacion".split())
_A_FEW = 3  # words: "bariatric surgery" is no talk
_WAS_DONE = Saying(
    r"\d|\b(?:after|post\w*|since|following|from|had|having|has had|s/p|ago|underwent|went|wks?|weeks?|mos?|months?|"
    r"days?|recover\w*|rehab\w*|healing|did|done|op|wound|scar|incision|last|yesterday|tuvo|tuve|hace|desde|despu[eé]s|de)\b"
)
_FOR = frozenset("for para por".split())  # "sent by a friend for a sore hip": the hip is the patient's
_WITHOUT_HURTING = Saying(
    r"(?:without|w/o)\s+(?:[\w']+\s+){1,4}?(?:complaining|hurting|aching|killing|screaming|barking|throbbing|seizing|"
    r"locking|giving|going|acting|burning|leaking|peeing|spinning|falling|shooting)\b"
)
_WITHOUT = frozenset(("without", "w o"))
_CANNOT = Saying(
    r"\b(?:can['’]?t|cannot|can not|couldn['’]?t|hardly|barely|never|(?:don|doesn|won)['’]?t (?:turn|bend|move|"
    r"straighten|lift|reach|open|close|go|rotate|work|stand|sleep|walk|run|climb|squat|kneel|raise|make|get))\b[^.;]{0,60}$"
)
_NEVER = frozenset(("never", "isnt", "is not", "doe not", "doesnt", "arent", "not"))
_AFTER = frozenset(("s p", "status post"))
_NEVER_OPERATED = frozenset(
    ("concussion", "car accident", "whiplash", "falls", "a fall", "ankle sprain", "sprain", "muscle strain", "stroke")
)
_NEW = " new"
_COACHES = frozenset("announcer coach entrenador entrenadora official photographer referee umpire".split())
_HER_OWN = Saying(r"\b(?:my|her|his|their|the|a|per|by|from|with|w/|says?|told|mi|su)\s*(?:\w+ )?$")
_MORE = frozenset(("any more", "anymore"))
_PERFECT = frozenset(("havent", "hasnt", "hadnt", "have not", "has not"))
_GOES_ON = frozenset("on per by at since now and but so which en hoy ahora".split())  # "meniscus ok on MRI"


def parted(text: str, vocabulary: Vocabulary) -> Iterator[Clause]:
    """The clauses of a text, in their order, each by itself."""
    found = find(text, vocabulary)
    reader = _Reader(text, vocabulary)
    for one, following in zip(found, [*found, None][1:], strict=True):
        if one.meaning == "but" or BREAK.search(text, reader.end, one.start):
            yield reader.closed(one.start)
        reader.take(one, following)
    yield reader.closed(len(text))


def _means(one: Found | None, meaning: str) -> bool:
    return one is not None and one.meaning == meaning


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
        if AHEAD.search(self._text, self._begin, upto) or self._only_talks_of_one(clause, upto):
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
        if one.meaning == "kin" and (self._key(one) in self._patients or is_carried(one, self._text, self._begin)):
            self._theirs = self._theirs and self._key(one) not in self._patients
        elif self._is_a_trade(one, following) or self._is_a_broken_thing(one):
            self._clause.affirmed.append(one._replace(meaning=""))
        elif one.meaning in SIGNS:
            if one.meaning == "before" and self._key(one).split()[0] in _HISTORY:
                self._clause.signs.add("history")
            if one.meaning == "since" and self._key(one) == "from" and following and self._is_bare_year(following):
                return self._pass(one)  # "hip replacement from 2019"
            if one.meaning == "ahead" and self._key(one).endswith(_NEW) and not self._is_body(following):
                return self._pass(one)  # "needs a new brace", and no new knee
            if one.meaning != "other" or not (self._denied or self._theirs):
                self._clause.signs.add(one.meaning)
                if one.meaning in TO_THE_DESK and self._clause.desk_at < 0:
                    self._clause.desk_at = one.start
            if one.meaning in self._BY_SIGN:
                self._BY_SIGN[one.meaning](self, one, following, last)
        elif self._key(one) in _AFTER and self._is_no_operation(following):
            pass  # "s/p concussion"
        elif self._sent and self._key(one) in _FOR:
            self._theirs = self._sent = False
        elif one.meaning == _SMALL_CHILD:
            self._clause.affirmed.append(one)  # whoever's child it is: the note is about it
        elif not self._theirs and not (
            self._is_sport(one) and (self._working or self._is_only_coached(one, following))
        ):
            (self._clause.denied if self._denied else self._clause.affirmed).append(one)
        self._pass(one)

    def _pass(self, one: Found) -> None:
        self.end, self._before, self._earlier = one.end, one, self._before

    def _take_but(self, one: Found, following: Found | None, last: bool) -> None:
        self._denied = self._listing = False

    def _take_pain(self, one: Found, following: Found | None, last: bool) -> None:
        if self._denied and self._key(self._before) in _NEVER and self._clause.affirmed and one.meaning == "pain":
            self._deny_what_went_before(stands=True)  # "that knee never hurt"
        elif not self._theirs and not self._denied:
            self._clause.affirmed.append(one)

    def _take_well(self, one: Found, following: Found | None, last: bool) -> None:
        if self._before is not None and self._before.meaning == "not":
            self._denied = self._listing  # "balance not great"
            self._clause.signs.add("pain")
            self._clause.affirmed.append(one._replace(meaning="pain"))
        elif last or _means(following, "old") or self._key(following).partition(" ")[0] in _GOES_ON:
            self._deny_what_went_before(stands=True)

    def _take_was(self, one: Found, following: Found | None, last: bool) -> None:
        if self._key(one) in _MORE and _CANNOT.search(self._text, self._begin, one.start):
            return  # "can't sleep on my right side any more"
        self._deny_what_went_before(stands=False)

    def _take_not(self, one: Found, following: Found | None, last: bool) -> None:
        if last and self._is_answer():
            self._deny_what_went_before(stands=False)
        elif not self._denies_nothing(one, following):
            self._denied = True

    def _take_denies(self, one: Found, following: Found | None, last: bool) -> None:
        self._denied, self._listing = True, not self._listing  # "denies HA, denies N/T, neck stiff": each by itself

    def _take_own(self, one: Found, following: Found | None, last: bool) -> None:
        if one.meaning == "own" and self._spoken_of and self._key(one).split()[0].rstrip("s") == self._spoken_of:
            self._theirs = True  # "her husband drives, he has sciatica"
            return
        self._denied = self._listing = False
        self._theirs = self._theirs and one.meaning == "end"

    def _take_kin(self, one: Found, following: Found | None, last: bool) -> None:
        clause = self._clause
        if one.meaning == "kin" and self._says_of(one):
            clause.silent += [(said.start, said.end) for said in clause.affirmed]
            clause.denied += [said for said in clause.affirmed if is_of_body(said, self._vocabulary)]
            clause.affirmed.clear()
        self._theirs, self._sent = True, self._sent or one.meaning == "source"
        self._spoken_of = "he" if self._key(one) in _MEN else "she" if self._key(one) in _WOMEN else ""

    def _take_job(self, one: Found, following: Found | None, last: bool) -> None:
        self._working = True

    def _take_other(self, one: Found, following: Found | None, last: bool) -> None:
        if not self._denied:
            self._clause.affirmed.append(one._replace(meaning=""))  # articles may have the word

    def _take_since(self, one: Found, following: Found | None, last: bool) -> None:
        if self._denied and self._key(one) == "since":
            self._denied = self._listing  # "no pain since they replaced it"
        elif self._clause.affirmed[-1:] == [self._before]:
            self._clause.led_to.append(self._clause.affirmed[-1])

    _BY_SIGN = {
        "but": _take_but,
        **dict.fromkeys(("pain", "numb", "shoots"), _take_pain),
        "well": _take_well,
        "was": _take_was,
        "not": _take_not,
        "denies": _take_denies,
        **dict.fromkeys(("own", "end", "now"), _take_own),
        **dict.fromkeys(("kin", "source"), _take_kin),
        "job": _take_job,
        "other": _take_other,
        "since": _take_since,
    }
    """What each sign does to the clause; the others are only noted there."""

    def _denies_nothing(self, one: Found, following: Found | None) -> bool:
        """Whether a word that denies elsewhere only says here that something is hard to do."""
        if _WITHOUT_HURTING.match(self._text, one.start):
            return True  # "cannot tie my shoes without my back complaining"
        if self._key(one) in _WITHOUT:  # "cannot sit through a movie without two trips to the toilet"
            return bool(_CANNOT.search(self._text, self._begin, one.start))
        return self._key(one) in _PERFECT and not self._is_activity(
            following
        )  # "has not slept", but "hasn't run since"

    def _only_talks_of_one(self, clause: Clause, upto: int) -> bool:
        """Whether a clause has the bare word for an operation and nothing by which one was done: "wants to wait on
        surgery", but "surgery 10/3"."""
        named = [one for one in clause.affirmed if one.meaning in self._vocabulary.concepts]
        bare = bool(named) and len(clause.affirmed) > _A_FEW and all(self._key(one) in _OPERATION for one in named)
        return bare and "since" not in clause.signs and not _WAS_DONE.search(self._text, self._begin, upto)

    def _is_answer(self) -> bool:
        """Whether a last "no" answers what stands before it in its clause: "heel no", but not "and no, I won't"."""
        before = self._clause.affirmed
        return bool(before) and (bool(before[0].meaning) or before[0].start > self._begin + 3 or len(before) > 1)

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

    def _is_no_operation(self, one: Found | None) -> bool:
        """Whether this is a disease or an accident, after which nobody need have been operated on."""
        return one is not None and one.meaning in _NEVER_OPERATED

    def _is_body(self, one: Found | None) -> bool:
        return one is not None and is_of_body(one, self._vocabulary)

    def _is_a_trade(self, one: Found, following: Found | None) -> bool:
        """Whether all that a part of a sentence says is her trade: ", hospice nurse," is not who cares for her."""
        if one.meaning != "away" or not following or following.meaning or self._clause.affirmed or self._clause.signs:
            return False
        return self._begin > 0 and self._ends(following) and is_circumstance(self._key(following))

    def _is_only_coached(self, sport: Found, following: Found | None) -> bool:
        """Whether a sport is what she teaches others, and no coach of her own: "LBP, track coach"."""
        coaches = following is not None and self._key(following) in _COACHES and self._ends(following)
        return coaches and not _HER_OWN.search(self._text, self._begin, sport.start)

    def _ends(self, one: Found) -> bool:
        """Whether a part of a sentence ends with this."""
        return not self._text[one.end :].strip() or bool(BREAK.match(self._text, one.end))

    def _is_a_broken_thing(self, one: Found) -> bool:
        """Whether what broke is no bone: "brace broke"."""
        return one.meaning == "fracture" and self._key(self._before) in listed("thing")

    def _is_sport(self, one: Found) -> bool:
        return self._is_activity(one) and not self._vocabulary.is_everyday(one.meaning)

    def _is_bare_year(self, one: Found) -> bool:
        """Whether this is a year without a month or day: recent things are told by their day ("TKR 10/3")."""
        is_year = one.end - one.start in (2, 4) and _YEAR.match(self._text, one.start)
        return bool(is_year) and self._key(self._before)[:3] not in _MONTHS

    def _key(self, one: Found | None) -> str:
        return key_of(self._text[one.start : one.end]) if one else ""
