"""E-mail addresses: what a cell of an export holds, and when two addresses are one mailbox."""

import re
import unicodedata
from collections.abc import Collection, Iterable
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
OWN = "the address is the clinic's own"
_IS_NONE = Doubt("", "This is no e-mail address that mail can be sent to.", _REMEDY)
_IS_OWN = Doubt(
    "",
    "This is the clinic's own address, not the patient's; it is not used.",
    "Write the patient's own address in the practice system, or leave the field empty, and export again.",
)
MOST_AT_ONE = 20
"""So many patients may have one address, as those of a family or a home; one that more have was typed for want of their
own (`patient@gmail.com`): it tells nothing about them, and is nobody's letters' until a person says so."""
TOO_MANY_HAVE_IT = f"more than {MOST_AT_ONE} patients have this address"


_BLANK_AT_MARK = pattern(
    r"\s*@\s*|\s*\.\s+(?=(?:com|net|org|edu|gov|us)\b)|\s+\.(?=(?:com|net|org|edu|gov|us)\b)", re.I
)
_WORD_BEFORE = pattern(r"(?<![^\s,;])(?=\S*\w)[^\s@,;:<>()\"\[\]|]+ (?=[^\s@,;:<>()\"\[\]|]+@)")
_HAS_BLANK = Doubt("", "A word stands before the address, or the address has a blank in it; it is not used.", _REMEDY)
NOT_USED = frozenset({_HAS_BLANK.what, _IS_NONE.what, _IS_OWN.what})
"""What is said of a row whose patient gets no address by it."""
_ONE_EACH = "Keep one address per patient in the practice system."


@lru_cache(maxsize=32768)  # a patient comes in many of the tables that a large file is read in
def read_email(text: str, own: tuple[str, ...] = ()) -> str | Doubt[str]:
    """The address in a cell, its domain in lower case; "" where the cell says that there is none.

    `mailto:`, `<...>` and a name beside it are dropped, and blanks at the @. Where a word stands before an address
    without brackets, it may be the first half of it: none is used, for the rest would be somebody else's. Of two
    addresses the first good one counts, with a doubt. What was typed only to fill the field is no patient's address:
    a stand-in (`none@none.com`, `noemail@...`) without a doubt, and with one what is the clinic's `own`.
    """
    found = _ORDINARY.fullmatch(text)
    if found and text[0] != "'":  # which Excel shows in front of what it must take as text
        address = _mailbox(found)
        return _IS_OWN if own and is_own(address, own) else address
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
        return _IS_NONE
    real = list(dict.fromkeys(address for address in good if address))
    theirs = [address for address in real if not is_own(address, own)]
    if len(theirs) > 1:
        return Doubt(theirs[0], "The cell holds more than one e-mail address; the first one is used.", _ONE_EACH)
    return theirs[0] if theirs else _IS_OWN if real else ""


def is_ordinary(text: str) -> bool:
    """Whether the text is one address of the kind that patients have, and nothing else."""
    return _ORDINARY.fullmatch(text) is not None


def read_guest(text: str, own: tuple[str, ...] = ()) -> str | Doubt[str]:
    """The address of a calendar entry's only guest; "" where that is the clinic itself, which made the entry. Of
    several, none is taken for the patient's."""
    address = read_email(text)
    if isinstance(address, Doubt):
        several = Doubt("", "The entry has several guests; none is taken for the patient.", "Invite the patient alone.")
        return several if address.value else address
    return "" if is_own(address, own) else address


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


_PUBLIC = frozenset(
    "aol.com att.net comcast.net fastmail.com gmail.com gmx.com gmx.net googlemail.com hey.com hotmail.com icloud.com "
    "live.com mac.com mail.com me.com msn.com outlook.com pacbell.net pm.me proton.me protonmail.com rocketmail.com "
    "sbcglobal.net verizon.net yahoo.com ymail.com zoho.com".split()
)
"""Domains at which anybody may have a mailbox: there no name is the clinic's but those of its settings."""
_ROLES = frozenset(
    "account accounting accounts admin administrator admissions appointment appointments billing booking bookings "
    "careers checkin clinic contact contactus customerservice desk donotreply email fax feedback frontdesk frontoffice "
    "hello help helpdesk hi hr info insurance intake it jobs mail mailbox manager marketing medicalrecords "
    "newpatient newpatients noreply notifications office officemanager owner patient patientcare patients "
    "physicaltherapy pilates postmaster practice pt reception receptionist records referral referrals reply reviews "
    "sales schedule scheduler scheduling staff studio support team test therapy webmaster welcome".split()
)
_ROLES_OF_A_PLACE = frozenset("billing frontdesk info intake noreply office reception referrals scheduling".split())
"""What stands before or behind the name of a place too: `info.sanramon@`. An employee may be jane.pt@ or it.smith@."""
_NO_LETTER = pattern(r"[^a-z]+")


def own_addresses(boxes: Iterable[str], domains: Iterable[str]) -> tuple[str, ...]:
    """What `is_own` needs to know: the keys of the clinic's own mailboxes, and the domains that are its own, of these
    addresses or hosts. A provider at which anybody may have a mailbox is none."""
    keys = {address_key(box) for box in boxes if "@" in box}
    hosts = {host.rpartition("@")[2].lower().removeprefix("www.") for host in domains}
    hosts |= {host.partition(".")[2] for host in hosts}  # letters may leave from mail.clinic.example
    return tuple(sorted(keys | {host for host in hosts - _PUBLIC if "." in host}))


def is_own(address: str, own: Collection[str]) -> bool:
    """Whether an address is one of the clinic's mailboxes, or names a role at its domain: `frontdesk@`, `no-reply@`.
    Somebody who works there, `jane.doe@`, may be a patient too."""
    if not own or not address:
        return False
    key = address_key(address)
    name, _, domain = key.rpartition("@")
    return key in own or (domain in own and _is_role(name))


def is_of_house(address: str, own: Collection[str]) -> bool:
    """Whether an address is one of the clinic's, or of somebody who works there."""
    key = address_key(address)
    return bool(own) and (key in own or key.rpartition("@")[2] in own)


def _is_role(name: str) -> bool:
    return _NO_LETTER.sub("", name) in _ROLES or not _ROLES_OF_A_PLACE.isdisjoint(_NO_LETTER.split(name))
