"""Which step of an episode of care an appointment is, read from its type as the clinic names it."""

from jobs.clinic.patterns import pattern

RULES: tuple[tuple[str, str], ...] = (
    ("discharge", r"discharge[ds]?|d/?c (?:visit|session|note|eval\w*|appointment|treatment)|d/?c|"
                  r"(?:final|last) (?:visit|session|appointment|treatment)"),
    ("visit", r"re-? ?eval\w*|re-? ?assess\w*|re-? ?exam\w*|progress (?:visit|note|report|check)|recheck|"
              r"(?!1(?:st)? )\d+(?:st|nd|rd|th)? (?:visit|session|treatment) (?:eval\w*|assessment|exam\w*)|"
              r"follow-? ?up (?:eval\w*|assessment|examination|consult\w*)|"
              r"(?<!initial )(?<!patient )(?<!new )(?:eval\w*|assessment|examination|consult\w*) ?[-,]? ?follow-? ?up"),
    ("other", r"forms?|paperwork|admin|meeting|lunch|records?|letter|fce|functional capacity|work capacity|ime|"
              r"independent medical|phone call|discovery call|new patient call|medical evaluation"),
    ("class", r"class(?:es)?(?! ?(?:i{1,3}|iv|[1-4])\b)|groups?|workshop|open gym|boot ?camp"),
    ("evaluation", r"eval\w*|initial\w*|i\.?e\.?|consult\w*|assessments?|intake|examination|screen(?:ing)?|np|"
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
neither; Pilates is a class unless it is an evaluation; `Class IV laser` is a treatment."""

_READ = tuple((step, pattern(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])")) for step, words in RULES)


def read_step(kind: str) -> str:
    """One of STEPS. An appointment without any type is a visit, one of a type that no rule knows is `other`."""
    words = " ".join(kind.lower().split())
    if not words:
        return "visit"
    return next((step for step, rule in _READ if rule.search(words)), "other")
