"""Which step of an episode of care an appointment is, read from its type as the clinic names it."""

from collections.abc import Callable, Mapping, Sequence

from jobs.clinic.patterns import pattern
from jobs.clinic.records import NO_APPOINTMENT, SCREEN
from jobs.clinic.sales import ALONE, COMES, WORDS, may_be_sale, read_sale

_FREE, _BRIEF = r"(?:free|complimentary|courtesy|no[- ]charge)", r"(?:10|15|20)[- ]?min\w*"
_EXAMINED = r"(?:eval\w*|assess\w*|exam\w*|intake)"
RULES: tuple[tuple[str, str], ...] = (
    ("discharge", r"discharge[ds]?|d/?c (?:visit|session|note|eval\w*|appointment|treatment)|d/?c|"
                  r"(?:final|last) (?:visit|session|appointment|treatment)"),
    ("visit", r"re-? ?eval\w*|re-? ?assess\w*|re-? ?exam\w*|progress (?:visit|note|report|check)|recheck|"
              r"(?!1(?:st)? )\d+(?:st|nd|rd|th)? (?:visit|session|treatment) (?:eval\w*|assessment|exam\w*)|"
              r"follow-? ?up (?:eval\w*|assessment|examination|consult\w*)|"
              r"(?<!initial )(?<!patient )(?<!new )(?:eval\w*|assessment|examination|consult\w*) ?[-,]? ?follow-? ?up"),
    ("other", r"forms?|paperwork|admin|meeting|lunch|records?|letter|fce|functional capacity|work capacity|ime|"
              r"independent medical|phone call|medical evaluation"),
    ("class", r"class(?:es)?(?! ?(?:i{1,3}|iv|[1-4])\b)|groups?|workshop|open gym|boot ?camp"),
    (SCREEN, rf"{_FREE} (?:.*\W)?(?:consult\w*|screen\w*|{_BRIEF})|consult\w*\W+(?:.*\W)?(?:{_FREE}|{_BRIEF})|"
             rf"screen\w*\W+(?:.*\W)?{_FREE}|{_BRIEF} (?:.*\W)?(?:consult\w*|{_FREE})|(?:phone|telephone) consult\w*|"
             r"discovery (?:visit|session|appointment|call|consult\w*)|new patient call|"
             r"meet[- ]?(?:and|&|n|\+)[- ]?greets?|meet (?:and|&|n|\+) greets?"),
    ("evaluation", rf"{_EXAMINED}\W(?:.*\W)?screen\w*|screen\w*\W+(?:.*\W)?{_EXAMINED}"),
    (SCREEN, r"screen(?:s|ings?)?"),
    ("evaluation", r"eval\w*|initial\w*|i\.?e\.?|consult\w*|assessments?|intake|examination|np|"
                   r"new (?:patient|client|case|problem|injury|condition|referral)s?|"
                   r"(?:first|1st) (?:visit|appointment|session|time)"),
    ("class", r"pilates|mat|reformer|barre|yoga|tai chi|duets?"),
    ("visit", r"follow-? ?ups?|f/?up?|physio\w*|physical therapy|pt|treatments?|treat|tx|sessions?|therap\w+|visits?|"
              r"appointments?|appt|manual|massage|dry needling|telehealth|rehab\w*|return\w*|routine|standard|private|"
              r"check-? ?in|one[- ]on[- ]one|1[:-]1|exercises?|laser|daily|subsequent|established"),
    ("visit", r"\d+ ?(?:m|min|mins|minutes|units?)"),
)  # fmt: skip
"""Read from the top; the first rule of which a phrase stands in the type as whole words decides.
A re-evaluation is a visit, also as a 10th visit eval or a follow-up evaluation; an evaluation that is only paperwork is
neither; Pilates is a class unless it is an evaluation; `Class IV laser` is a treatment. A free or short consultation is
a screen, and so is a screening that is no evaluation; `Consult` alone is one up to BRIEF_MINUTES."""
BRIEF_MINUTES = 20
MEANT_BY = (RULES, BRIEF_MINUTES, WORDS, ALONE, COMES)
"""All that decides what a type means, but for what the clinic says itself."""

_READ = tuple((step, pattern(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])")) for step, words in RULES)
_CONSULT = pattern(r"(?:pt |physical therapy |pilates )?consult(?:s|ations?)?")


def read_step(kind: str) -> str:
    """One of STEPS. An appointment without any type is a visit, one of a type that no rule knows is `other`."""
    words = _plain(kind)
    return (_by_rule(words) or "other") if words else "visit"


def _by_rule(words: str) -> str:
    """The step that a rule reads from a type in small letters, "" where none does."""
    sold, beside = read_sale(words)
    step = _ruled(beside if sold else words)
    return sold if sold and step in ("", "other") else _ruled(words)


def _ruled(words: str) -> str:
    return next((step for step, rule in _READ if rule.search(words)), "")


def is_known_type(kind: str, extra: Mapping[str, str]) -> bool:
    """Whether the clinic says itself what this type is, or a rule does: what it is does not just go by default."""
    words = _plain(kind)
    return not words or words in map(_plain, extra) or _by_rule(words) != ""


def is_in_doubt(kind: str, extra: Mapping[str, str]) -> bool:
    """Whether this type may be something sold, counts as an appointment, and the clinic has not said which it is."""
    words = _plain(kind)
    if words in map(_plain, extra) or (beside := may_be_sale(words)) is None:
        return False
    return _ruled(beside) in ("", "other") and read_step(kind) not in NO_APPOINTMENT


def step_reader(extra: Mapping[str, str]) -> Callable[[str], str]:
    """The same where the clinic says itself what some of its types are."""
    own = {_plain(kind): step for kind, step in extra.items()}

    def read_kind(kind: str) -> str:
        return own.get(_plain(kind)) or read_step(kind)

    return read_kind if own else read_step


def with_brief_consults(
    steps: list[str], kinds: Sequence[str], starts: Sequence[str], ends: Sequence[str], extra: Mapping[str, str]
) -> list[str]:
    """The steps; a consultation that is over so soon is no evaluation. Some call their evaluation a consultation and no
    more, some a free talk: where the clinic does not say, the time that is kept free for it does."""
    consults = {kind for kind in set(kinds) if is_consult(kind) and _plain(kind) not in map(_plain, extra)}
    if not consults:
        return steps
    from jobs.clinic.dates import later  # few clinics have such a type

    return [
        SCREEN if kind in consults and start and start < end <= later(start, BRIEF_MINUTES) else step
        for step, kind, start, end in zip(steps, kinds, starts, ends, strict=True)
    ]


def is_consult(kind: str) -> bool:
    """Whether a type says consultation and no more, so that the time that is kept free for it decides."""
    return _CONSULT.fullmatch(_plain(kind)) is not None


def _plain(kind: str) -> str:
    return " ".join(kind.lower().split())
