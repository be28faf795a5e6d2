"""Rows of an export that are no appointments: something sold, or paperwork. Read from the type, where it leaves no
doubt; a membership or a package may as well be what a clinic calls a visit that is paid with it."""

from jobs.clinic.patterns import pattern
from jobs.clinic.records import PAPERWORK, SALE

_OF = (
    r"(?:\d+|pilates|mat|reformer|class(?:es)?|group|private|duet|yoga|punch|sessions?|visits?|studio|monthly|annual|"
    r"unlimited)[ -]"
)
_PAID_AHEAD = rf"(?:{_OF}){{0,4}}(?:memberships?|packages?|{_OF}packs?)"
_CHARGED = r"(?:fees?|dues|renewals?|purchased?|purchases|sales?|sold|payments?|billing|auto-? ?pay|charges?)"
_MISSED = r"(?:late[ -]?cancel\w*|cancel\w*|no[ -]?show|missed (?:appointment|appt|visit|session|class))"
_ABOUT = r"(?:disability|fmla|edd|dmv|insurance|claim|work|school|camp|sports|leave|release|medical)"
_GIFT = r"(?:e-?)?gift[ -]?(?:cards?|certificates?|certs?|vouchers?)"
WORDS: tuple[tuple[str, str], ...] = (
    (SALE, r"retail|merchandise|merch|supplies|products?(?: (?:sales?|purchases?))?"),
    (SALE, rf"{_PAID_AHEAD} (?:[a-z-]+ )?{_CHARGED}|(?:sale|purchase|renewal) (?:of )?(?:an? )?{_PAID_AHEAD}"),
    (SALE, rf"{_MISSED}(?: (?:appointment|appt|visit|session|class))? (?:fees?|charges?)"),
    (PAPERWORK, r"paperwork|form letters?|letters?|forms? (?:letter|completion|fee|request)s?|"
                rf"{_ABOUT} (?:forms?|records?)|(?:chart |health )?records? (?:request|release|transfer|copy|copies)|"
                r"(?:copy|copies|release|request) (?:of|for) (?:chart |medical |health )?records?"),
)  # fmt: skip
"""The first that stands in the type as whole words decides, unless what is left of the type speaks of care: an
evaluation with its paperwork is an appointment."""
ALONE: tuple[tuple[str, str], ...] = (
    (SALE, rf"(?:{_GIFT}|deposits?)(?: (?:sales?|sold|purchased?|purchases))?|(?:sale|purchase) of (?:an? )?{_GIFT}"),
    (PAPERWORK, r"forms?"),
)
"""What is sure only beside sums and the like: a massage is paid with a gift card, and a running form is looked at."""
COMES = rf"(?!.*\b{_CHARGED}\b).*\b(?:fittings?|fitted|casting|try-?on|demos?|demonstrations?|analys[ie]s|form check)\b"
"""What somebody comes for though the type names a product or a form, unless it speaks of a charge."""
_NOTHING_ELSE = r"(?:[^a-z]|no charge|free|online|front desk|holiday|new)*"
_READ = tuple((what, pattern(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])")) for what, words in WORDS)
_READ_ALONE = tuple((what, pattern(rf"{_NOTHING_ELSE}(?:{words}){_NOTHING_ELSE}")) for what, words in ALONE)
_COMES = pattern(COMES)
_PAYS_AHEAD = rf"{_PAID_AHEAD}|(?:{_OF}){{0,4}}(?:punch[ -]?cards?|{_OF}pass(?:es)?|{_GIFT}|deposits?)"
_MAY_BE = pattern(rf"(?<![a-z0-9])(?:{_PAYS_AHEAD})(?![a-z0-9])")


def read_sale(words: str) -> tuple[str, str]:
    """SALE or PAPERWORK, and what else a type says, which is given in small letters; "" where it says neither."""
    for what, rule in _READ_ALONE:
        if rule.fullmatch(words):
            return what, ""
    if _COMES.match(words):
        return "", words
    for what, rule in _READ:
        if rule.search(words):
            return what, rule.sub(" ", words)
    return "", words


def may_be_sale(words: str) -> str | None:
    """What else a type says that may name what was sold as well as what it pays for, so that only the clinic knows;
    None for any other type."""
    return _MAY_BE.sub(" ", words) if _MAY_BE.search(words) else None
