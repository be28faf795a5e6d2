"""Whose fault it is that letters were not taken: plain answers, and what becomes of each letter."""

from collections.abc import Collection, Sequence

import pytest

from jobs.mail.records import Result
from jobs.mail.whose_fault import Waiting

LATER, FULL, GREY = "RCPT: 451 4.7.1 try later", "RCPT: 452 4.2.2 mailbox full", "RCPT: 450 4.7.1 greylisted"
NO_ROOM, DAILY = "MAIL: 452 4.3.1 no room", "RCPT: 550 5.4.5 Daily user sending limit exceeded"
SENT, DEAD = "250 taken", "RCPT: 550 5.1.1 no such user"


def said(*details: str) -> list[Result]:
    """The results of letters 1, 2, 3 ... by what was said of each."""
    states = {"2": "sent", "4": "deferred", "5": "failed"}
    codes = [detail if detail[0] == "2" else detail.partition(": ")[2] for detail in details]
    return [
        Result(number, states[code[0]], detail)
        for number, (code, detail) in enumerate(zip(codes, details, strict=True), start=1)
    ]


def judged(*groups: Sequence[str], alone: Collection[int] = ()) -> tuple[list[str], str]:
    """What becomes of the letters of a run's groups ("next run" for no fault of their own), and how the run fails.
    Letters that were put off `alone` before are named by their place in a group."""
    waiting, states = Waiting(0, alone), list[str]()
    for group in groups:
        results = said(*group)
        for result in results:
            if result.state == "sent":
                waiting.taken()
            else:
                waiting.hear(result)
        settled = waiting.settle(results)
        assert [result.letter_id for result in settled] == [result.letter_id for result in results]
        states += ["next run" if result.at_once else result.state for result in settled]
    return states, waiting.why


@pytest.mark.parametrize(
    ("details", "states", "fails"),
    [
        ([LATER], ["deferred"], False),
        ([LATER, FULL], ["deferred", "deferred"], False),
        ([GREY, GREY], ["deferred", "deferred"], False),
        ([FULL] * 5 + [GREY], ["deferred"] * 6, False),
        ([FULL] * 6 + [GREY], ["next run"] * 7, True),
        ([SENT] + [FULL] * 9, ["sent"] + ["deferred"] * 9, False),
        ([LATER, LATER], ["next run"] * 2, True),
        ([LATER, GREY, "text: 451 4.4.1 no route"], ["next run"] * 3, True),
        ([GREY, GREY, GREY, FULL], ["next run"] * 3 + ["deferred"], True),
        (["text: 451 4.3.0 queue file write error"], ["next run"], True),
        ([SENT, "text: 451 4.3.0 queue file write error"], ["sent", "deferred"], False),
        ([NO_ROOM], ["next run"], True),
        ([LATER, LATER, SENT], ["deferred", "deferred", "sent"], False),
        ([SENT, LATER, LATER], ["sent", "deferred", "deferred"], False),
        ([SENT] * 9 + [LATER] * 3, ["sent"] * 9 + ["next run"] * 3, True),
        ([SENT] * 9 + [GREY] * 3, ["sent"] * 9 + ["deferred"] * 3, False),
        ([LATER, LATER, LATER, SENT], ["next run"] * 3 + ["sent"], False),
        ([LATER, SENT] * 2 + [LATER, "RCPT: 451 4.4.1 no", LATER], ["deferred", "sent"] * 2 + ["next run"] * 3, True),
        ([DAILY], ["next run"], True),
        ([DAILY, SENT], ["next run", "sent"], False),
        ([DEAD, DEAD, LATER], ["failed", "failed", "deferred"], False),
        (["MAIL: 550 not you"], ["next run"], True),
        (["MAIL: 550 not you", SENT], ["failed", "sent"], False),
        (["RCPT: 530 5.7.1 sign in", LATER], ["failed", "deferred"], False),
    ],
)
def test_a_letter_taken_afterwards_tells_whose_fault_it_was(details: list[str], states: list[str], fails: bool) -> None:
    assert judged(details) == (states, judged(details)[1])
    assert (judged(details)[1] != "") is fails


NO_QUEUE = "text: 451 4.3.0 queue file write error"


@pytest.mark.parametrize(
    ("details", "alone", "states", "fails"),
    [
        ([NO_QUEUE], {1}, ["deferred"], ""),
        ([LATER, LATER, GREY], {1, 2, 3}, ["deferred"] * 3, ""),
        ([FULL] * 7, {1, 2}, ["deferred"] * 7, ""),
        ([LATER, LATER], {1}, ["deferred"] * 2, ""),
        (
            [NO_QUEUE, NO_QUEUE],
            {1},
            ["deferred", "next run"],
            f"put off a letter, at last with: {NO_QUEUE}. That tells",
        ),
        ([NO_QUEUE, FULL], (), ["next run", "deferred"], f"put off a letter, at last with: {NO_QUEUE}. That tells"),
        (
            [NO_ROOM, NO_QUEUE],
            {1, 2},
            ["next run", "deferred"],
            f"put off a letter, at last with: {NO_ROOM}. That tells",
        ),
        (
            [DAILY, LATER],
            {1, 2},
            ["next run", "deferred"],
            f"takes no more letters from this sender for now, at last with: {DAILY}. ",
        ),
    ],
)
def test_what_was_put_off_by_itself_before_tells_nothing_of_the_server_and_the_one_that_does_is_named(
    details: list[str], alone: Collection[int], states: list[str], fails: str
) -> None:
    found, why = judged(details, alone=alone)
    assert found == states
    assert why.startswith(f"The mail server {fails}") if fails else why == ""


def test_letters_of_an_earlier_group_count_with_those_of_the_next() -> None:
    states, why = judged([SENT, LATER, LATER], [LATER], [LATER])
    assert states == ["sent", "deferred", "deferred", "next run", "next run"]
    assert why.startswith(
        "The mail server put off 4 letters one after another, at last with: RCPT: 451 4.7.1 try later."
    )
    assert judged([LATER, LATER], [SENT, LATER]) == (["next run", "next run", "sent", "deferred"], "")


@pytest.mark.parametrize(
    ("detail", "is_the_senders"),
    [
        ("MAIL: 450 4.7.1 Error: too much mail from 203.0.113.5", True),
        ("RCPT: 450 4.7.1 Error: too many recipients from 203.0.113.5", True),
        ("text: 454 Throttling failure: Daily message quota exceeded.", True),
        ("text: 550 5.7.1 Daily SMTP relay limit exceeded for customer.", True),
        ("text: 550 5.7.1 Email quota exceeded.", True),
        ("text: 550 5.1.90 Your message can't be sent because you've reached your daily limit", True),
        ("RCPT: 550 5.1.8 Access denied, bad outbound sender AS(42004)", True),
        ("RCPT: 550 5.7.705 Access denied, tenant has exceeded threshold", True),
        ("RCPT: 550 5.4.5 <(address)>: Recipient address rejected: Domain Sending Quota Exceeded", True),
        ("RCPT: 550 Domain clinic.example has exceeded the max emails per hour (500/500 (100%)) allowed", True),
        ("MAIL: 452 4.4.5 Messages per second limit exceeded", True),
        ("RCPT: 554 You've reached your daily relay quota", True),
        ("RCPT: 450 4.2.1 The user you are trying to contact is receiving mail too quickly", False),
        ("RCPT: 450 4.2.1 The user is receiving mail at a rate that prevents additional messages", False),
        ("RCPT: 452 4.2.2 The email account that you tried to reach is over quota", False),
        ("RCPT: 552 5.2.2 Email quota exceeded", False),
        ("RCPT: 452 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", False),
        ("text: 552 5.3.4 Message size exceeds fixed limit", False),
        ("RCPT: 452 4.5.3 Too many recipients", False),
        ("RCPT: 550 5.7.1 relaying denied", False),
        ("text: 554 5.7.1 looks like spam", False),
    ],
)
def test_what_a_sender_is_told_who_has_sent_too_much_is_known_from_what_is_said_of_a_mailbox(
    detail: str, is_the_senders: bool
) -> None:
    assert judged([detail])[1].startswith("The mail server takes no more letters from this sender") is is_the_senders
