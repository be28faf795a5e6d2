"""What follows from letters that were refused for good: a dead address is stopped; a server that refuses everybody is
not believed.

A refusal counts once the server has taken another letter after it, in this run or a later one. Until then the address
stays off the list of those who get no more letters. All of it is read from the attempts on record, so that a run that
is killed leaves its refusals to the next one.
"""

from collections.abc import Sequence

from jobs.clinic.answers import Concerned, what_follows
from jobs.clinic.follow_ups import utc_text
from jobs.clinic.refusals import Answers
from jobs.mail.records import RunStopped
from jobs.runner.tools import Tools
from jobs.store.memory import Memory
from jobs.store.refusals import (
    Refusal,
    answers_since,
    begin_judging,
    believe_up_to,
    held_as_refused,
    hold_refused,
    unjudged,
)
from jobs.store.stops import stop_once

_ASK = (
    "Ask IT to look at the mail server, its relay and the sender's address. When that is mended: "
    "`run_jobs.py outbox release --refused`. If the addresses are dead after all: "
    "`run_jobs.py stop --refused-since {day}`."
)


class RefusesEverybody(RunStopped):
    """The mail server refuses so many letters that it is not believed; `held` of them wait for a person."""

    def __init__(self, words: str, held: int) -> None:
        super().__init__(words)
        self.held = held


def judge_refusals(tools: Tools, transport: str) -> Answers:
    """Decide about the refusals that are not judged yet, and give what the server answered of late.

    RefusesEverybody where they are too many: then their letters are held, and nobody is stopped.
    """
    now = utc_text(tools.clock())
    with tools.store.begin() as memory:
        begin_judging(memory)
        waiting = unjudged(memory, transport, now)
        answered = answers_since(memory, transport, waiting[0] if waiting else None, now)
        if not waiting and all(each.outcome == "sent" for each in answered):
            return Answers("taken" for _ in answered)
        from jobs.mail.refused_for_good import answer_of  # seldom needed

        answers = Answers(answer for each in answered if (answer := answer_of(each.outcome, each.detail)))
        if answers.too_many and waiting:
            hold_refused(memory, [each.letter_id for each in waiting], now)
        elif waiting:
            taken = max((each.attempt_id for each in answered if each.outcome == "sent"), default=0)
            _believe(memory, [each for each in waiting if each.attempt_id < taken], tools, now)
    if not answers.too_many:
        return answers
    if not waiting:  # a person has decided about each of them
        return Answers()
    raise RefusesEverybody(
        f"The mail server refused {answers.too_many} for good, at last with: {waiting[-1].detail}. So many at once "
        f"tell of the server, not of the addresses: {len(waiting)} letters are held and their addresses not stopped; "
        "the others wait. " + _ASK.format(day=tools.today),
        len(waiting),
    )


def _believe(memory: Memory, refused: Sequence[Refusal], tools: Tools, now: str) -> None:
    """An address that does not exist gets no more letters, just as where that is told by a mail that came back. Where
    the letters go to another address than the patients' own, nobody is stopped."""
    if not refused:
        return
    from jobs.mail.refused_for_good import answer_of, refusing_words

    believe_up_to(memory, refused[-1].attempt_id)
    for each in refused if tools.settings.mail.mode == "live" else ():
        if each.address_key and answer_of(each.outcome, each.detail) == "nobody":
            ending = what_follows("bounce", Concerned(each.address_key), "", refusing_words(each.detail), 0, 0)
            assert ending is not None
            stop_once(memory, now, ending)


def why_nobody_decided(tools: Tools) -> str:
    """A sentence while letters are held because too many were refused at once, else ""."""
    if tools.settings.mail.mode == "preview":
        return ""
    with tools.store.look() as memory:
        held = len(held_as_refused(memory))
    if not held:
        return ""
    return (
        f"{held} letters are held since the mail server refused too many at once, and no letter leaves until somebody "
        f"has decided. {_ASK.format(day='DAY')}"
    )
