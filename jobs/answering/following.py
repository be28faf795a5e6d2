"""What follows from one mail: whom it is about, whether that one is stopped, and which letters did leave."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from jobs.answering.settling import did_leave
from jobs.clinic.addresses import address_key
from jobs.clinic.answers import STRIKE_DAYS, Concerned, what_follows
from jobs.clinic.follow_ups import utc_text
from jobs.clinic.refusals import A_FEW, BOUNCES_WITHIN_DAYS, LETTERS_WITHIN_DAYS, too_many_bounced
from jobs.mail.message import address_mark
from jobs.runner.tools import Tools
from jobs.store.late_wishes import Wish, keep_wish
from jobs.store.letter_counts import left_since
from jobs.store.mailbox_messages import (
    ASKS,
    ReadMail,
    count_strikes,
    found_before,
    known_addresses,
    letters_of,
    meant_by_tokens,
    remember_mail,
)
from jobs.store.memory import Memory
from jobs.store.refusals import bounced_since
from jobs.store.stops import stop_once

if TYPE_CHECKING:
    from jobs.mail.mailbox.sorting import Mark, Sorted

_COUNTED = {
    "bounce": "letters bounced",
    "delay": "letters delayed",
    "refused": "letters refused",
    "complaint": "complaints",
    "unsubscribe": "wishes to stop",
    "automatic": "automatic replies",
    "other": "left for people",
}
"""How each kind of mail is counted."""
NOT_BELIEVED = "addresses not stopped"
"""How those are counted whose bounces are too many at once to be believed."""


class Bounced(NamedTuple):
    """Somebody whose letter came back for good, with the other server's words."""

    concerned: Concerned
    detail: str


def keep(
    memory: Memory, tools: Tools, mailbox: str, uid: str, answer: "Sorted", bounced: list[Bounced], secret: bytes
) -> Counter[str]:
    """Remember one mail and do what follows from it; give what is to be counted. `secret` seals the stop links. What
    has `bounced` is only added there: whether it is to be believed shows when all of a batch is known."""
    at, quoted = utc_text(tools.now), letters_of(memory, message_ids=answer.message_ids)
    marked = meant_by_tokens(memory, (mark[:2] for mark in answer.marks), partial(address_mark, secret))
    counts = Counter({"mails read": 1, _COUNTED[answer.kind]: 1, "asking in their own words": int(answer.asks)})
    for concerned, state in {*marked.values(), *quoted.values()}:
        if state == "unknown" and concerned.letter_id:
            evidence = "it is quoted by a mail that came back" if not answer.own else "a copy lies in the mailbox"
            counts["unknown letters settled"] += did_leave(memory, concerned.letter_id, evidence, at)
    wishes = [(marked[mark[:2]][0], mark.category) for mark in answer.marks if mark[:2] in marked]
    if answer.kind == "unsubscribe":
        late = [mark for mark in answer.marks if mark[:2] not in marked]
        counts["wishes kept until the next pull"] += sum(_keep_wish(memory, mark, at) for mark in late)
    about = _whom(memory, tools, answer, wishes, [concerned for concerned, _ in (*marked.values(), *quoted.values())])
    first, _ = about[0] if about else (Concerned(""), "")
    detail = ASKS if answer.asks else answer.detail
    mail = ReadMail(mailbox, uid, at, answer.kind, first.letter_id, first.address_key, detail)
    again = found_before(memory, mail)
    remember_mail(memory, mail)
    for concerned, category in () if again else about:
        if answer.kind == "bounce":
            bounced.append(Bounced(concerned, answer.detail))
        else:
            counts["addresses stopped"] += _act(memory, tools, answer, concerned, category, at)
    return counts


def _keep_wish(memory: Memory, mark: "Mark", at: str) -> bool:
    """Keep the wish of somebody whose letter a database that was put back does not know."""
    ending = what_follows("unsubscribe", Concerned(""), mark.category, "", 0, 0)
    return ending is not None and keep_wish(
        memory, Wish(mark.letter_id, mark.address_mark, at, ending.category, ending.reason, ending.source)
    )


def stop_bounced(memory: Memory, tools: Tools, bounced: Sequence[Bounced]) -> Counter[str]:
    """Stop the addresses that letters came back from; none of them where so many come back that a mail server is at
    fault. Give what is to be counted."""
    if not bounced:
        return Counter()
    a_day_ago, days_ago = (tools.now - timedelta(days=days) for days in (BOUNCES_WITHIN_DAYS, LETTERS_WITHIN_DAYS))
    addresses = bounced_since(memory, utc_text(a_day_ago)) | {each.concerned.address_key for each in bounced}
    if len(addresses) > A_FEW and too_many_bounced(len(addresses), left_since(memory, utc_text(days_ago))):
        return Counter({NOT_BELIEVED: len({each.concerned.address_key for each in bounced})})
    endings = (what_follows("bounce", each.concerned, "", each.detail, 0, 0) for each in bounced)
    at = utc_text(tools.now)
    return Counter({"addresses stopped": sum(stop_once(memory, at, ending) for ending in endings if ending)})


def _act(memory: Memory, tools: Tools, answer: "Sorted", concerned: Concerned, category: str, at: str) -> bool:
    """Stop whom a mail makes us stop; whether somebody new was stopped."""
    strikes = count_strikes(memory, concerned.address_key, utc_text(tools.now - timedelta(days=STRIKE_DAYS)))
    stops_after = tools.settings.mail.mailbox.delays_stop_after
    ending = what_follows(answer.kind, concerned, category, answer.detail, strikes, stops_after)
    return ending is not None and stop_once(memory, at, ending)


def _whom(
    memory: Memory,
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
