"""E-mail addresses: what a cell of an export holds, and when two addresses are one mailbox."""

import re
import unicodedata
from functools import lru_cache

from jobs.clinic.cells import Doubt, says_nothing, tidy
from jobs.clinic.patterns import pattern

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ORDINARY = pattern(
    rf"(?=[^@]{{1,64}}@)(?=.{{6,254}}$)({_ATOM}(?:\.{_ATOM})*+)@"
    rf"((?:{_LABEL}\.)+(?:[A-Za-z]{{2,63}}|[Xx][Nn]--{_LABEL}))"
)
"""The addresses that patients have: RFC 5321 without quoted names, address literals and letters outside ASCII."""

_BETWEEN = pattern(r"[\s,;<>()\"\[\]|]+|(?<=[A-Za-z])/(?=[^@]*@)")
_NOBODY_LOCAL = pattern(
    r"(?:no|none|no[-._]?e?-?mail\w*|no[-._]?address|nobody|noone|do[-._]?not[-._]?(?:e?mail|use)|declined?|refused|"
    r"not[-._]?(?:given|provided)|unknown)",
    re.IGNORECASE,
)
_NOBODY_DOMAIN = pattern(r"(?:none?|na|no-?e?mail|test|xx?x?|abc|fake|unknown|nowhere|declined|noone)\.(?:com|net|org)")
_REMEDY = "Correct the address in the practice system and export again; until then this patient gets no letter."


_BLANK_AT_MARK = pattern(
    r"\s*@\s*|\s*\.\s+(?=(?:com|net|org|edu|gov|us)\b)|\s+\.(?=(?:com|net|org|edu|gov|us)\b)", re.I
)
_WORD_BEFORE = pattern(r"(?<![^\s,;])(?=\S*\w)[^\s@,;:<>()\"\[\]|]+ (?=[^\s@,;:<>()\"\[\]|]+@)")
_HAS_BLANK = Doubt("", "A word stands before the address, or the address has a blank in it; it is not used.", _REMEDY)
_ONE_EACH = "Keep one address per patient in the practice system."


@lru_cache(maxsize=32768)  # a patient comes in many of the tables that a large file is read in
def read_email(text: str) -> str | Doubt[str]:
    """The address in a cell, its domain in lower case; "" where the cell says that there is none.

    `mailto:`, `<...>` and a name beside it are dropped, and blanks at the @. Where a word stands before an address
    without brackets, it may be the first half of it: none is used, for the rest would be somebody else's. Of two
    addresses the first good one counts, with a doubt. What was typed only to fill the field (`none@none.com`,
    `noemail@...`) is no address and no doubt.
    """
    found = _ORDINARY.fullmatch(text)
    if found and text[0] != "'":  # which Excel shows in front of what it must take as text
        return _mailbox(found)
    typed = tidy(text)
    if says_nothing(typed):
        return ""
    typed = _BLANK_AT_MARK.sub(lambda blank: blank[0].strip(), typed)
    if _WORD_BEFORE.search(typed) and "<" not in typed:
        return _HAS_BLANK
    parts = [_bare(part) for part in _BETWEEN.split(typed)]
    candidates = list(dict.fromkeys(part for part in parts if "@" in part))
    good = [address for address in map(_one, candidates) if address is not None]
    if not good:
        return Doubt("", "This is no e-mail address that mail can be sent to.", _REMEDY)
    real = list(dict.fromkeys(address for address in good if address))
    if len(real) > 1:
        return Doubt(real[0], "The cell holds more than one e-mail address; the first one is used.", _ONE_EACH)
    return real[0] if real else ""


def is_ordinary(text: str) -> bool:
    """Whether the text is one address of the kind that patients have, and nothing else."""
    return _ORDINARY.fullmatch(text) is not None


def read_guest(text: str) -> str | Doubt[str]:
    """The address of a calendar entry's only guest. Of several, none is taken for the patient's."""
    address = read_email(text)
    if isinstance(address, Doubt) and address.value:
        return Doubt("", "The entry has several guests; none is taken for the patient.", "Invite the patient alone.")
    return address


def _bare(part: str) -> str:
    part = part.strip(".,;:'").lstrip("'")
    return part[7:] if part[:7].lower() == "mailto:" else part


def _one(candidate: str) -> str | None:
    """The address, "" for a stand-in, None for what is no address."""
    found = _ORDINARY.fullmatch(candidate)
    if found:
        return _mailbox(found)
    local, _, domain = candidate.rpartition("@")
    if candidate.isascii() or not local.isascii():  # mail servers commonly refuse letters outside ASCII before the @
        return None
    found = _ORDINARY.fullmatch(f"{local}@{ascii_domain(domain)}")
    return _mailbox(found) if found else None


def _mailbox(found: re.Match[str]) -> str:
    local, domain = found[1], found[2].lower()
    if _NOBODY_LOCAL.fullmatch(local) or _NOBODY_DOMAIN.fullmatch(domain):
        return ""
    return f"{local}@{domain}"


@lru_cache(maxsize=1024)
def ascii_domain(domain: str) -> str:
    """The form of a domain that mail servers understand: `bücher.example` gives `xn--bcher-kva.example`.

    A domain that has no such form comes back as it is, in lower case.
    """
    domain = domain.lower()
    if domain.isascii():
        return domain
    from email_validator import EmailNotValidError, validate_email  # only where a domain needs it: it is slow to load

    try:
        checked = validate_email(f"someone@{domain}", check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return domain
    return checked.ascii_domain or domain


_ONE_GOOGLE = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
"""Domains whose mailboxes are reached with and without dots in the name, under the name of one of them (Google's help,
"Dots don't matter in Gmail addresses"; in the domains of its business users, it says, they do)."""


def address_key(email: str) -> str:
    """One key for all spellings of one mailbox: case, `+tag`, the two forms of an international domain, a dot after the
    domain, and dots in the name where the provider is known to ignore them.

    It is what opt-outs and shared addresses are compared by; no mail is ever sent to it. "" for "".
    """
    typed = email if email.isascii() else unicodedata.normalize("NFKC", email)
    local, _, domain = typed.strip().lower().rpartition("@")
    domain = domain.rstrip(".")
    if not domain.isascii():
        domain = ascii_domain(domain)
    name = local.partition("+")[0] or local
    if domain in _ONE_GOOGLE:
        name, domain = name.replace(".", ""), _ONE_GOOGLE[domain]
    return f"{name}@{domain}" if name else domain
