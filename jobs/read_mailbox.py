"""Read the clinic's mailbox: bounces, complaints and wishes to stop become a list of whom not to mail."""

from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import closing, suppress
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from jobs.clinic.addresses import address_key
from jobs.clinic.answers import STRIKE_DAYS, Concerned, what_follows
from jobs.clinic.durations import parse_duration
from jobs.clinic.follow_ups import utc_text
from jobs.mail.mailbox import Mailbox, MailboxUnusable, open_mailbox
from jobs.mail.message import address_mark
from jobs.mail.stop_secret import stop_secret
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools
from jobs.store.decisions import NotPossible, decide_letter
from jobs.store.mailbox_messages import (
    ASKS,
    ReadMail,
    count_strikes,
    found_before,
    known_addresses,
    letters_of,
    meant_by_tokens,
    read_before,
    read_up_to,
    remember_mail,
    set_read_at,
    set_read_up_to,
    unknown_letters,
)
from jobs.store.stops import stop_once

if TYPE_CHECKING:
    from jobs.mail.mailbox.sorting import Sorted
    from jobs.store.memory import Memory

_OVERLAP = timedelta(days=1)
_COUNTED = {
    "bounce": "letters bounced",
    "delay": "letters delayed",
    "refused": "letters refused",
    "complaint": "complaints",
    "unsubscribe": "wishes to stop",
    "automatic": "automatic replies",
    "other": "left for people",
}
_EVIDENCE = "the mailbox"
NOBODY_READS = "No mailbox is read: config/clinic.yaml does not name one (mail: mailbox:)."


def run(tools: Tools, today: date) -> Outcome:
    """Read what came since the last time; act on what is certain, leave everything as it lies."""
    mail = tools.settings.mail
    if not mail.mailbox.by:
        return Outcome(notes=(NOBODY_READS,))
    tally: Counter[str] = Counter()
    try:
        with closing(open_mailbox(mail, tools.settings.google, tools.state_dir)) as mailbox:
            take_in(tools, mailbox, tally)
            find_copies(tools, mailbox, tally)
    except MailboxUnusable as reason:
        return _outcome(tally, str(reason))
    return _outcome(tally)


def take_in(tools: Tools, mailbox: Mailbox, tally: Counter[str]) -> None:
    """Sort every new mail and keep what it is, batch by batch; each batch whole or not at all."""
    from jobs.mail.mailbox.sorter import Sorter

    with tools.store.begin() as memory:
        place, last = read_up_to(memory, mailbox.name)
    first = tools.now - parse_duration(tools.settings.mail.mailbox.first_look_back)
    since = datetime.fromisoformat(last) - _OVERLAP if last else first

    def known(uids: Collection[str]) -> set[str]:
        with tools.store.begin() as memory:
            return read_before(memory, mailbox.name, uids)

    with Sorter(stop_secret(tools.state_dir), tools.settings.clinic.id) as sorter:
        for batch in mailbox.new_mail(place, since, known):
            answers = [(mail.uid, sorter.sort(mail.data)) for mail in batch.mails]
            with tools.store.begin() as memory:
                for uid, answer in answers:
                    tally.update(keep(memory, tools, mailbox.name, uid, answer))
                set_read_up_to(memory, mailbox.name, batch.read_up_to)
    with tools.store.begin() as memory:
        set_read_at(memory, mailbox.name, utc_text(tools.now))


def keep(memory: "Memory", tools: Tools, mailbox: str, uid: str, answer: "Sorted") -> Counter[str]:
    """Remember one mail and do what follows from it; give what is to be counted."""
    at, quoted = utc_text(tools.now), letters_of(memory, message_ids=answer.message_ids)
    marked = meant_by_tokens(
        memory, (mark[:2] for mark in answer.marks), partial(address_mark, stop_secret(tools.state_dir))
    )
    counts = Counter({"mails read": 1, _COUNTED[answer.kind]: 1, "asking in their own words": int(answer.asks)})
    for concerned, state in {*marked.values(), *quoted.values()}:
        if state == "unknown" and concerned.letter_id:
            evidence = "it is quoted by a mail that came back" if not answer.own else "a copy lies in the mailbox"
            counts["unknown letters settled"] += _left(memory, concerned.letter_id, evidence, at)
    wishes = [(marked[mark[:2]][0], mark.category) for mark in answer.marks if mark[:2] in marked]
    about = _whom(memory, tools, answer, wishes, [concerned for concerned, _ in (*marked.values(), *quoted.values())])
    first, _ = about[0] if about else (Concerned(""), "")
    detail = ASKS if answer.asks else answer.detail
    mail = ReadMail(mailbox, uid, at, answer.kind, first.letter_id, first.address_key, detail)
    again = found_before(memory, mail)
    remember_mail(memory, mail)
    for concerned, category in () if again else about:
        counts["addresses stopped"] += _act(memory, tools, answer, concerned, category, at)
    return counts


def _act(memory: "Memory", tools: Tools, answer: "Sorted", concerned: Concerned, category: str, at: str) -> bool:
    """Stop whom a mail makes us stop; whether somebody new was stopped."""
    strikes = count_strikes(memory, concerned.address_key, utc_text(tools.now - timedelta(days=STRIKE_DAYS)))
    stops_after = tools.settings.mail.mailbox.delays_stop_after
    ending = what_follows(answer.kind, concerned, category, answer.detail, strikes, stops_after)
    return ending is not None and stop_once(memory, at, ending)


def _whom(
    memory: "Memory",
    tools: Tools,
    answer: "Sorted",
    wishes: Sequence[tuple[Concerned, str]],
    quoted: Sequence[Concerned],
) -> Sequence[tuple[Concerned, str]]:
    """Whom a mail is about, with the category of the letter that a wish names.

    A wish is about the letters whose sealed tokens it carries. A report is about the letter that it quotes, else about
    the addresses in it that are known here; what was sent to the office instead of to a patient says nothing of one.
    """
    if answer.kind == "unsubscribe":
        return wishes
    if answer.kind in ("automatic", "other"):
        return []
    keys = {address_key(address) for address in answer.addresses}
    instead = address_key(tools.settings.mail.redirect_to)
    quoted = list(dict.fromkeys(quoted))
    if instead in keys and not any(concerned.address_key in keys for concerned in quoted):
        return []
    if quoted:
        return [(concerned, "") for concerned in quoted]
    return [(Concerned(key), "") for key in sorted(known_addresses(memory, keys))]


def find_copies(tools: Tools, mailbox: Mailbox, tally: Counter[str]) -> None:
    """Settle letters that may have left, where a copy proves that they did."""
    with tools.store.begin() as memory:
        unclear = unknown_letters(memory)
    copies = mailbox.copies_of(list(unclear)) if unclear else {}
    with tools.store.begin() as memory:
        for message_id, folder in copies.items():
            evidence = f"a copy lies in the folder {folder}"
            tally["unknown letters settled"] += _left(memory, unclear[message_id], evidence, utc_text(tools.now))


def _left(memory: "Memory", letter_id: int, evidence: str, at: str) -> bool:
    """Record that a letter did leave; False where a person has just decided about it."""
    with suppress(NotPossible):
        decide_letter(memory, letter_id, "mark-sent", _EVIDENCE, evidence, at)
        return True
    return False


def _outcome(tally: Counter[str], failed: str = "") -> Outcome:
    notes = []
    if asking := tally.pop("asking in their own words", 0):
        notes.append(
            f"Mails that seem to ask for no more letters in their own words: {asking}. "
            "Read them, then run `run_jobs.py stop ADDRESS`."
        )
    if refused := tally["letters refused"]:
        notes.append(
            f"Letters refused for how they are sent, not for their address: {refused}. "
            "Ask IT to look at SPF, DKIM and DMARC."
        )
    return Outcome({words: count for words, count in tally.items() if count}, notes=tuple(notes), failed=failed)
