"""Whether it is a letter's own address for which a mail server does not take it now, or the server, or the sender.

A mailbox that is full, or an address that is put off alone, waits by itself, ever longer; what was put off so before
tells nothing of the server, whatever is said. Where the server puts off all letters, or takes no more from this sender
today, no letter is at fault: all wait for the next run, and the run fails.
"""

import re
from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple

from jobs.mail.records import Result

MOST_PUT_OFF = 25
"""So many letters one after another that are put off end the run: the server is busy for all."""
_A_FEW = 3  # from so many on, one after another, it is the server
_MANY_FULL = 6  # so many full mailboxes are one that all share, where no letter is taken
_OF_THE_SENDER = 2  # so many one after another that concern the sender end the run
_ANSWER = re.compile(r"(MAIL|RCPT|DATA|text): ([45]\d\d)\b[ -]?((?:[245]\.\d{1,3}\.\d{1,3})?)")
_SIGN_IN = frozenset({"530", "534", "535", "538"})  # a transport knows of them itself
_TOO_MUCH_SENT = re.compile(
    r"\b(?:daily|hourly)\b.{0,40}\b(?:limit|quota)|"
    r"\bper (?:second|minute|hour|day)\b.{0,30}\b(?:limit|exceeded|allowed)|"
    r"\b(?:sending|submission|relay|outgoing|outbound|sender thread|mail send|external recipient) (?:rate )?"
    r"(?:limit|quota|rate)|too m(?:uch|any) (?:mails?|messages|e-?mails|recipients) from|excessive message rate|"
    r"throttl(?:ed|ing)|\btenant (?:has )?exceeded|bad outbound sender|unusual sending|unusual rate of|rate[- ]limited|"
    r"(?<![\d.])(?:5\.4\.5|4\.5\.127|5\.1\.90|5\.7\.(?:23[23]|50[1-3]|705)|[45]\.7\.28)(?![\d.])|"
    r"5\.7\.\d+ .{0,10}email quota exceeded",
    re.IGNORECASE,
)
"""What providers say who let a sender send no more for a time. Gmail (support.google.com/a/answer/3726730): 550 5.4.5
"Daily user sending limit exceeded", 550 5.7.1 "Daily SMTP relay limit exceeded", 450 4.2.1 "Peak SMTP relay limit
exceeded", 421 4.7.28. Microsoft 365 ("Email non-delivery reports in Exchange Online"): 4.5.127, 5.1.8 "bad outbound
sender", 5.1.90, 5.7.232 and 5.7.233, 5.7.501 to 503, 5.7.705. Postfix (smtpd.c): 450 4.7.1 "too much mail from", "too
many recipients from". Amazon SES (docs.aws.amazon.com/ses, "Errors related to the sending quotas"): 454 "Throttling
failure". Exim under cPanel: "has exceeded the max emails per hour"."""
_ITS_MAILBOX = re.compile(
    r"(?<!\()mailbox|over ?quota|quota exceeded|is full|receiving mail|recipient thread limit|(?<![\d.])[45]\.2\.\d+",
    re.IGNORECASE,
)
_ITS_ADDRESS = re.compile(r"gr[ea]y-?list|(?<![\d.])[45]\.1\.\d+", re.IGNORECASE)
_THE_SYSTEM = re.compile(r"(?<![\d.])4\.3\.\d+")  # RFC 3463: the mail system, such as its full disk

Fault = Literal["sender", "server", "any", "address", "mailbox", "its own", ""]
"""Whose fault an answer may be, the first for certain ones; "" where nothing follows for other letters."""


class _Said(NamedTuple):
    fault: Fault
    alike: str  # the step and the codes: the words may name a queue or a moment
    detail: str = ""


def _read(result: Result, alone: Collection[int]) -> _Said:
    """What an answer that did not take a letter tells. One of those that were put off `alone` before is so again."""
    said = _read_words(result)._replace(detail=result.detail)
    known = result.letter_id in alone and said.fault in ("any", "address", "mailbox")
    return said._replace(fault="its own") if known else said


def _read_words(result: Result) -> _Said:
    found = _ANSWER.match(result.detail)
    if result.state not in ("deferred", "failed") or result.at_once or not found or found[2] in _SIGN_IN:
        return _Said("", "")
    detail, alike = result.detail, found[0].strip()
    if _TOO_MUCH_SENT.search(detail):
        return _Said("sender", alike)
    if found[1] == "MAIL":  # whose letter it is, the server does not know yet
        return _Said("server" if result.state == "deferred" else "sender", alike)
    if result.state == "failed":
        return _Said("", "")
    if _ITS_MAILBOX.search(detail):
        return _Said("mailbox", alike)
    return _Said("address" if _ITS_ADDRESS.search(detail) else "any", alike)


class Waiting:
    """Hears what became of a run's letters, one after another, and says of those that were not taken whose fault it is:
    a letter that the server takes after them tells that it was their own."""

    def __init__(self, taken: int, alone: Collection[int] = ()) -> None:
        """`taken`: how many letters of the run the server took before; `alone`: those that were put off before by a
        fault of their own."""
        self._open: list[_Said] = []  # since the last letter that was taken
        self._before: list[_Said] = []  # of those the ones of earlier groups
        self._taken, self._alone = taken, alone
        self._put_off = 0  # for whatever reason but the address

    def taken(self) -> None:
        """The server took a letter."""
        self._taken += 1
        self._open.clear()

    def hear(self, result: Result) -> Fault:
        """The server did not take a letter: whose fault it may be."""
        said = _read(result, self._alone)
        if said.fault:
            self._open.append(said)
            self._put_off += said.fault in ("sender", "server", "any")
        return said.fault

    @property
    def is_enough(self) -> bool:
        """Whether no other letter should be tried."""
        faults = [said.fault for said in self._open]
        return (
            len(faults) >= MOST_PUT_OFF
            or faults[-_OF_THE_SENDER:] == ["sender"] * _OF_THE_SENDER
            or (len(faults) >= _A_FEW and {*faults[-_A_FEW:]} <= {"sender", "server"})
        )

    def settle(self, group: Sequence[Result]) -> list[Result]:
        """The results of a group in their order, those of letters that are not at fault to be tried by the next run."""
        settled: list[Result] = []
        chain: list[Result] = []
        before = self._before
        for result in group:
            if result.state == "sent":
                settled += [*self._closed(before, chain), result]
                chain, before = [], []
            else:
                chain.append(result)
        blamed = self._is_to_blame([*before, *map(self._read, chain)])
        self._before = list(self._open)
        return [
            *settled,
            *(_not_its_fault(result) if self._read(result).fault in blamed else result for result in chain),
        ]

    def _read(self, result: Result) -> _Said:
        return _read(result, self._alone)

    @property
    def why(self) -> str:
        """The sentence with which the run fails, "" where no letter waits but by its own fault."""
        blamed = self._is_to_blame(self._open)
        if of_sender := [said.detail for said in self._open if said.fault == "sender"]:
            return (
                f"The mail server takes no more letters from this sender for now, at last with: {of_sender[-1]}. That "
                "is said of no address: the letters wait, and each run tries again until they are taken."
            )
        told = [said.detail for said in self._open if said.fault in blamed]
        if told:
            they = "It is" if len(told) == 1 else "They are"
            return (
                f"{_put_off(told)} That tells of the server, not of the addresses. {they} tried again by the next run; "
                "the other letters wait."
            )
        return f"{_put_off([said.detail for said in self._open])} The other letters wait." if self.is_enough else ""

    def _is_to_blame(self, open_: Sequence[_Said]) -> frozenset[Fault]:
        """Which of the letters that were put off last, with none taken after them, were so by no fault of their own."""
        certain: frozenset[Fault] = frozenset({"sender", "server"})
        if not self._taken and sum(said.fault == "mailbox" for said in open_) >= _MANY_FULL:
            return certain | {"any", "address", "mailbox"}
        judged = [said for said in open_ if said.fault not in ("mailbox", "its own", "")]
        if not judged:
            return certain
        alike = len({said.alike for said in judged}) == 1
        if not self._taken:  # all, from the third on, or two with the very same
            if len(judged) >= _A_FEW:
                return certain | {"any", "address"}
            return certain | {"any"} if (alike and len(judged) > 1) or _is_certain(judged) else certain
        most = len(judged) >= _A_FEW and (alike or self._put_off > self._taken)
        return certain | {"any"} if most else certain

    def _closed(self, before: Sequence[_Said], chain: Sequence[Result]) -> list[Result]:
        """Letters behind which the server took another one. Many in a row with the very same were none the less put
        off together; and what is said of the sender ends no letter."""
        said = [*before, *map(self._read, chain)]
        together = len(said) >= _A_FEW and len({each.alike for each in said}) == 1
        return [
            _not_its_fault(result)
            if _TOO_MUCH_SENT.search(result.detail) or (together and self._read(result).fault in ("any", "server"))
            else result
            for result in chain
        ]


def _put_off(told: Sequence[str]) -> str:
    letters = "a letter" if len(told) == 1 else f"{len(told)} letters one after another"
    return f"The mail server put off {letters}, at last with: {told[-1]}."


def _is_certain(judged: Sequence[_Said]) -> bool:
    """Whether what is said tells of the mail system as a whole."""
    return all(said.fault in ("sender", "server") or _THE_SYSTEM.search(said.alike) for said in judged)


def _not_its_fault(result: Result) -> Result:
    return result._replace(state="deferred", at_once=True)
