"""In which language a patient is written to."""

import re

from jobs.clinic.cells import CORRECT, Doubt, says_nothing, tidy

_NAMES = {
    "ar": "arabic, ara, العربية",
    "bn": "bengali, bangla, ben",
    "de": "german, deutsch, deu, ger",
    "en": "english, eng, inglés, ingles, american english, us english, english (us)",
    "es": "spanish, spa, español, espanol, castellano, castilian, spanish; castilian, spanish (latin america)",
    "fa": "farsi, persian, dari, fas, per, فارسی",
    "fr": "french, français, francais, fra, fre",
    "he": "hebrew, heb, עברית",
    "hi": "hindi, hin, हिन्दी",
    "hy": "armenian, hye, arm",
    "it": "italian, italiano, ita",
    "ja": "japanese, jpn, 日本語",
    "km": "khmer, cambodian, khm",
    "ko": "korean, kor, 한국어",
    "pa": "punjabi, panjabi, pan",
    "pl": "polish, polski, pol",
    "pt": "portuguese, português, portugues, brazilian portuguese, por",
    "ru": "russian, русский, rus",
    "ta": "tamil, tam",
    "te": "telugu, tel",
    "tl": "tagalog, filipino, tgl, fil",
    "uk": "ukrainian, українська, ukr",
    "ur": "urdu, urd",
    "vi": "vietnamese, tiếng việt, vie",
    "zh": "chinese, mandarin, cantonese, mandarin chinese, cantonese chinese, traditional chinese, "
          "simplified chinese, zho, chi, 中文",
}  # fmt: skip
LANGUAGES = tuple(_NAMES)
"""The languages that are known, by their two letters."""
_CODES = {name.strip(): code for code, names in _NAMES.items() for name in (code, *names.split(","))}
_TAG = re.compile(r"([a-z]{2})[-_](?:[a-z]{4}[-_])?[a-z0-9]{2,3}")
_FIRST = re.compile(r"[^/,;&+(]+")
_UNSAID = frozenset(("other", "unspecified", "undetermined", "und", "prefer not to say", "not specified", "not asked"))


def read_language(text: str) -> str | Doubt[str]:
    """The two letters of a language (ISO 639-1): `Spanish`, `ESPAÑOL`, `spa` and `es-MX` give `es`; of several, the
    first. "" where the cell says nothing: the letters are in the clinic's own language then."""
    words = tidy(text).casefold()
    if says_nothing(words) or words in _UNSAID:
        return ""
    first = _FIRST.match(words)
    for said in (words, first[0].strip() if first else ""):
        tag = _TAG.fullmatch(said)
        code = _CODES.get(tag[1] if tag else said)
        if code:
            return code
    return Doubt("", "This language is not known; the patient's letters are in the clinic's own.", CORRECT)


def language_name(code: str) -> str:
    """`Spanish` for `es`, in English."""
    return _NAMES[code].partition(",")[0].title()
