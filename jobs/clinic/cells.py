"""What one cell says: text without hidden characters, yes or no, nothing at all, an amount, a length of time."""

import re
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from jobs.clinic.patterns import pattern

Value = TypeVar("Value")


class Doubt(NamedTuple, Generic[Value]):
    """A cell that cannot be taken as it stands: the value to carry on with, what is wrong and the remedy.

    `what` and `remedy` are one plain sentence each and do not repeat the cell, so that equal faults can be counted.
    """

    value: Value
    what: str
    remedy: str
    set_aside: bool = False  # whether the whole row must be left out


CORRECT = "Correct it in the practice system and export again."

_HIDDEN = pattern("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_NOTHING = frozenset(
    "none,n/a,na,n.a.,nil,null,nan,no,-,--,---,.,?,x,xx,xxx,0,unknown,declined,declines,refused,not given,tbd,"
    "not provided,not available,no email,no e-mail,noemail,no mail,does not have,doesn't have,no phone".split(",")
)
_YES = frozenset(
    "yes,y,true,t,1,x,✓,✔,on,opted in,opt in,opt-in,opted-in,optin,subscribed,agreed,accepted,granted,consented,"
    "allowed,given,signed".split(",")
)
_NO = frozenset(
    "no,n,false,f,0,-,off,opted out,opt out,opt-out,opted-out,optout,unsubscribed,not subscribed,declined,refused,"
    "denied,revoked,withdrawn,not given,never".split(",")
)
_AMOUNT = pattern(r"(\(|-)?\s*(?:[A-Z]{0,3}[$€£]|[A-Z]{3})?\s*(-)?(\d[\d.,' ]*|\.\d+)\s*(?:[$€£]|[A-Z]{3})?\s*(\))?")
_PLAIN_NUMBER = pattern(r"\+?[0-9() .-]{7,25}")
_BETWEEN_DIGITS = str.maketrans("", "", "() .-")
_EXPONENT = pattern(r"\dE\+?\d", re.IGNORECASE)
_SHORTENED = pattern(r"\d(?:[.,]\d+)?E\+\d{1,2}")
_AS_TEXT = "Export it again and do not open it in Excel before, or format the column as text."
_EXTENSION = pattern(r"\s*(?:ext|extension|x)\.?\s*(\d{1,6})\s*$", re.IGNORECASE)
_NOT_DIGITS = pattern(r"\D")
_LENGTH = pattern(
    r"(?:(?P<hours>\d{1,2}(?:[.,]\d+)?)\s*(?:hours?|hrs?|h)(?![a-z])\.?)?\s*(?:and\s*)?"
    r"(?:(?P<minutes>\d{1,4}(?:[.,]\d+)?)\s*(?:m|min|mins|minute|minutes|')?\.?)?",
    re.IGNORECASE,
)
_CLOCK_LENGTH = pattern(r"(\d{1,2}):(\d{2})(?::\d{2})?")


def tidy(text: str) -> str:
    """The text without hidden characters, with single spaces: what a person sees in the cell."""
    if not text.isprintable():
        text = _HIDDEN.sub("", text)
    return " ".join(text.split())


def says_nothing(text: str) -> bool:
    """Whether the cell is empty or holds a plain word for "there is none"."""
    return not text or text.casefold() in _NOTHING


def read_yes_no(text: str) -> str | None:
    """`yes`, `no`, "" for an empty cell, or None where the cell says neither."""
    word = tidy(text).casefold()
    if not word:
        return ""
    return "yes" if word in _YES else "no" if word in _NO else None


def read_consent(text: str) -> str | Doubt[str]:
    """Whether the patient agreed to e-mail: `yes`, `no`, or "" where nobody asked."""
    answer = read_yes_no(text)
    if answer is not None:
        return answer
    if says_nothing(tidy(text)):
        return ""
    return Doubt("", "The consent to e-mail is neither a yes nor a no; it counts as not asked.", CORRECT)


def read_money(text: str) -> str | Doubt[str]:
    """An amount as a plain decimal with two places: `$1,234.50` gives `1234.50`, `(45)` gives `-45.00`."""
    amount = tidy(text).upper()
    if amount != "0" and says_nothing(amount):
        return ""
    found = _AMOUNT.fullmatch(amount)
    cents = _cents(found[3]) if found else None
    if found is None or cents is None:
        return Doubt("", "This is no amount of money that can be read.", CORRECT)
    return money_text(-cents if found[1] or found[2] else cents)


def _cents(digits: str) -> int | None:
    """Cents of `1,234.50`, `1.234,50` or `90`; the last separator is the decimal one unless three digits follow it."""
    plain = digits.replace("'", "").replace(" ", "")
    place = max(plain.rfind("."), plain.rfind(","))
    whole, rest = (plain[:place], plain[place + 1 :]) if place >= 0 else (plain, "")
    if place >= 0 and plain[place] == "," and len(rest) == 3:
        whole, rest = whole + rest, ""
    whole = whole.replace(",", "").replace(".", "")
    if len(whole) > 12 or not (whole + rest).isdecimal():
        return None
    rounded = int((rest + "000")[:3])
    return int(whole or "0") * 100 + (rounded + 5) // 10


def money_cents(money: str) -> int:
    """Cents of a canonical amount; 0 for ""."""
    return int(money.replace(".", "") or "0")


def money_text(cents: int) -> str:
    """The canonical text of an amount: -4500 gives `-45.00`."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


@lru_cache(maxsize=32768)
def read_phone(text: str) -> str | Doubt[str]:
    """The digits of a phone number, a leading + kept: no zero is lost, an apostrophe that Excel needs is dropped."""
    if _PLAIN_NUMBER.fullmatch(text) and not text.endswith(".0"):
        digits = text.translate(_BETWEEN_DIGITS)
        if len(digits) > 5:
            return digits
    number = tidy(text).lstrip("'").strip()
    extension = _EXTENSION.search(number)
    if extension:
        number = number[: extension.start()]
    digits = _NOT_DIGITS.sub("", number.removesuffix(".0"))
    if len(digits) < 4 or _EXPONENT.search(number):
        return "" if says_nothing(number) else Doubt("", "This is no phone number that can be read.", CORRECT)
    plus = "+" if number.startswith("+") or number.startswith("(+") else ""
    return plus + digits + (f" x{extension[1]}" if extension else "")


def read_number(text: str) -> str | Doubt[str]:
    """The number that a practice system gives a patient or an appointment, as text: no zero is lost.

    One that Excel has shortened to 1.23E+10 is no number any more: many share it.
    """
    number = tidy(text)
    if _SHORTENED.fullmatch(number):
        return Doubt("", "Excel has shortened this number; its digits are lost.", _AS_TEXT)
    return number


def read_minutes(text: str) -> int | Doubt[int]:
    """A length of time in minutes, 0 where the cell is empty: `45`, `45 min`, `1 h 30`, `1.5 hours`, `0:45`."""
    length = tidy(text)
    if not length:
        return 0
    clock = _CLOCK_LENGTH.fullmatch(length)
    if clock:
        minutes = int(clock[1]) * 60.0 + int(clock[2])
    else:
        found = _LENGTH.fullmatch(length)
        parts = [(found[name] or "0").replace(",", ".") for name in ("hours", "minutes")] if found else ["-1", "0"]
        minutes = float(parts[0]) * 60 + float(parts[1])
    if not 0 <= minutes <= 1440:
        return Doubt(0, "This is no length of an appointment that can be read.", "Write it in minutes, such as 45.")
    return round(minutes)
