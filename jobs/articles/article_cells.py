"""What may stand in each cell of the article list, and what to say where something else does."""

import re
from typing import NamedTuple

from jobs.clinic.cells import read_yes_no
from jobs.clinic.copied_links import guard_of
from jobs.clinic.faults import did_you_mean
from jobs.clinic.patterns import pattern
from jobs.clinic.stamps import Misfit, read_stamp

PURPOSES = ("care", "news")
_SWITCHES = ("yes", "no")

_BETWEEN = pattern(r"[;,|\n]")
_ADDRESS = pattern(r"https?://(?:[\w-]+\.)+[^\W\d_][\w-]+(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)
# Compiled when they are needed, which is seldom: the letters' job reads the list every day.
_BARE_ADDRESS = r"(?:[\w-]+\.)+[^\W\d_]{2,}(?:/\S*)?"
_E_MAIL = r"[\w.+-]+(?:@|%40)[\w-]+\.\w"
_PERSONAL = (
    r"(?:.*[_-])?(?:token|e-?mail|mail|patient|mrn|dob|user|uid|contact|subscriber|recipient|member|client|session|sid|"
    r"auth|key|sig|signature)(?:[_-]?(?:id|no|number|key|hash|name))?|mc_eid|mkt_tok|_hsenc|_hsmi|vero_id|fbclid|gclid|"
    r"msclkid"
)
"""Names of a link's parameters that tell one reader from another; the last ones are those of mailing systems."""
_CODE = pattern(r"([A-Z]\d[0-9AB])(?:\.?([0-9A-Z]{1,4}))?")
_MISREAD = str.maketrans("OIL", "011")
_NOBODY = "A link must not say who follows it. Take that part out."
_FIRST_YEAR, _LAST_YEAR = 1990, 2100


_FROM_EXCEL = r"#(?:NAME\?|REF!|VALUE!|N/A|DIV/0!|NULL!|NUM!|SPILL!)|#{4,}|=[A-Z.]{2,20}\("
_AS_TYPED = r"</?[A-Za-z][^<>]{0,500}>|&(?:[A-Za-z]{2,8}|#\d{1,5});|\{\{|\{%|\*\*"


class Wrong(NamedTuple):
    """What is wrong with one cell, and the remedy; one plain sentence each."""

    what: str
    remedy: str


def look_at_words(column: str, words: str) -> Wrong | None:
    """What patients would read in a title or summary as it was typed, though nobody means it."""
    if re.match(_FROM_EXCEL, words):
        what = f'{column} "{words[:40]}" is what Excel writes where it takes words for a formula or a column is narrow.'
        return Wrong(what, "Format the cell as text, type the words anew and save the list again.")
    if found := re.search(_AS_TYPED, words):
        return Wrong(f'{column} holds "{found[0][:30]}", which patients would see.', "Write plain words there.")
    return None


def split_cell(cell: str) -> list[str]:
    """The values of a cell that may hold several, each once, in their order: by semicolon, comma or line break."""
    values = (" ".join(value.split()) for value in _BETWEEN.split(cell))
    return list({value.casefold(): value for value in reversed([*values]) if value}.values())[::-1]


def read_address(url: str) -> str | Wrong:
    """An http or https address that is the same for every reader."""
    if not url:
        return Wrong("The article has no url.", "Write the address of its page, with https://.")
    if " " in url:
        return Wrong(f'url "{url}" has a blank in it.', "Copy the address from the browser again; one address only.")
    if not _ADDRESS.fullmatch(url):
        bare = re.fullmatch(_BARE_ADDRESS, url)
        remedy = f'Did you mean "https://{url}"?' if bare else "Copy it from the browser; it begins with https://."
        return Wrong(f'url "{url}" is no web address.', remedy)
    if ("@" in url or "%40" in url) and re.search(_E_MAIL, url):
        return Wrong(f'url "{url}" holds an e-mail address.', _NOBODY)
    if guard := guard_of(url):
        what = f"url was copied from a mail: it leads through {guard} and may tell who follows it."
        return Wrong(what, "Open the page, and copy its address from the browser.")
    for name in _parameters(url):
        if re.fullmatch(_PERSONAL, name, re.IGNORECASE):
            return Wrong(f'url "{url}" holds "{name}", which is about one reader.', _NOBODY)
    return url


def _parameters(url: str) -> list[str]:
    """The names that stand before a `=` behind the first ? or # of an address."""
    _, _, query = url.replace("#", "?", 1).partition("?")
    parts = query.replace("?", "&").replace("#", "&").replace(";", "&").split("&")
    return [part.partition("=")[0] for part in parts if "=" in part]


def read_code(typed: str) -> str | Wrong:
    """The beginning of an ICD-10-CM code, in capitals with its dot: `m545` gives `M54.5`, `M54.-` gives `M54`."""
    code = typed.upper().rstrip("-*.")
    found = _CODE.fullmatch(code)
    if found:
        return f"{found[1]}.{found[2]}" if found[2] else found[1]
    digits = code[:1] + code[1:3].translate(_MISREAD) + code[3:]
    what = f'icd10 "{typed}" is no beginning of a diagnosis code.'
    if digits != code and _CODE.fullmatch(digits):
        return Wrong(what, f'Did you mean "{digits}", with a figure in place of the letter?')
    return Wrong(what, "Write one letter and two figures at least, such as M54 or M54.5, and a semicolon between two.")


def read_published(typed: str) -> str | Wrong:
    """The day as `2026-10-18`, "" for an empty cell. Excel in the US rewrites it to `10/18/2026` when it saves."""
    if not typed:
        return ""
    try:
        day = read_stamp(typed, "mdy").day
    except (Misfit, OverflowError):
        day = None
    if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        return Wrong(f'published "{typed}" is no date that can be read.', "Write it so: 2026-10-18. Or leave it empty.")
    return day.isoformat()


def read_purpose(typed: str) -> str | Wrong:
    """`care` or `news`; an empty cell is care."""
    word = typed.casefold() or "care"
    if word in PURPOSES:
        return word
    remedy = did_you_mean(word, PURPOSES) or "Write care or news; empty means care."
    return Wrong(f'purpose "{typed}" is neither care nor news.', remedy)


def read_confirmed(typed: str) -> bool | Wrong:
    """Whether the office manager has confirmed the article. An empty cell says so: she typed the line herself."""
    answer = read_yes_no(typed.casefold() or "yes")
    if answer is None:
        remedy = did_you_mean(typed.casefold(), _SWITCHES) or "Write yes where it may be sent, no where it must wait."
        return Wrong(f'confirmed "{typed}" is neither yes nor no.', remedy)
    return answer == "yes"


def read_off(typed: str) -> bool | Wrong:
    """Whether the article is out of use. In this column "off" says that it is, and "on" could say either."""
    word = typed.casefold()
    answer = "yes" if word == "off" else None if word == "on" else read_yes_no(word)
    if answer is None:
        remedy = did_you_mean(word, _SWITCHES) or "Write yes where the article must not be sent; empty means no."
        return Wrong(f'off "{typed}" is neither yes nor no.', remedy)
    return answer == "yes"
