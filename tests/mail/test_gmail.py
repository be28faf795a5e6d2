"""Letters through Gmail, over real HTTP to a server that keeps drafts as Google documents them."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from loopback_gmail import DRAFTS, LoopbackGmail
from loopback_google import Answer, Call, HangUp, settings_for, trouble
from small_ledger import SmallLedger, letter, letters, noon, recipients_of

from jobs.google.settings import Google
from jobs.mail.journal import Journal
from jobs.mail.outbox import Ready, SignInRefused, Tally, send
from jobs.mail.records import NoMarks, Result, RunStopped
from jobs.mail.transports.gmail import GmailTransport, addressed
from jobs.mail.transports.redirected import Redirected

CREATE, SEND = f"POST {DRAFTS}", f"POST {DRAFTS}/send"


class Asked(NamedTuple):
    letter_id: int
    message_id: str
    draft_id: str


@pytest.fixture
def gmail() -> Iterator[LoopbackGmail]:
    gmail = LoopbackGmail()
    yield gmail
    gmail.close()


@pytest.fixture
def transport(gmail: LoopbackGmail, tmp_path: Path) -> Iterator[GmailTransport]:
    made = GmailTransport(settings_for(tmp_path, gmail), "hello@clinic.example", tmp_path, lambda seconds: None)
    yield made
    made.close()


@pytest.fixture
def send_all(transport: GmailTransport, ledger: SmallLedger, journal: Journal) -> Callable[..., Tally]:
    def sending(given: Sequence[Ready], by: Any = transport) -> Tally:
        return send([given], ledger, by, journal, noon, recipients_of=recipients_of)

    return sending


def failing(step: str, *answers: Answer | Exception | None) -> Callable[[Call], Answer | None]:
    """A Gmail that answers this call with each of these in turn (None: as usual), then as usual."""
    left = list(answers)

    def script(call: Call) -> Answer | None:
        answer = left.pop(0) if str(call) == step and left else None
        if isinstance(answer, Exception):
            raise answer
        return answer

    return script


def test_each_letter_is_a_draft_first_and_leaves_once_and_whole(
    gmail: LoopbackGmail, send_all: Callable[..., Tally], ledger: SmallLedger
) -> None:
    tally = send_all(letters(5))
    assert (dict(tally), tally.stopped) == ({"sent": 5}, "")
    assert gmail.sent == [one.data for one in letters(5)]
    assert gmail.heard() == [CREATE, SEND] * 5
    assert gmail.drafts == {}
    assert ledger.details(1) == ["Gmail message sent-1"]
    (asked,) = gmail.tokens
    assert (asked["sub"], asked["scope"]) == ("hello@clinic.example", "https://www.googleapis.com/auth/gmail.compose")


def test_the_drafts_name_is_on_disk_before_it_is_sent(
    gmail: LoopbackGmail, send_all: Callable[..., Tally], journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    on_disk: list[str] = []
    real = os.fsync

    def fsync(file: int) -> None:
        real(file)
        on_disk.extend(line for line in journal.path.read_text("ascii").splitlines() if line.startswith("d "))

    seen: list[bool] = []
    gmail.script = lambda call: seen.append(f"d 1 {call.body['id']}" in on_disk) if str(call) == SEND else None
    monkeypatch.setattr(os, "fsync", fsync)
    send_all([letter(1)])
    assert seen == [True]


@pytest.mark.parametrize("answer", [trouble(500), trouble(503, "backendError"), HangUp(), Answer(200, b"<html>")])
@pytest.mark.parametrize("sent", [True, False], ids=["it was sent all the same", "it was not sent"])
def test_a_send_without_an_answer_is_made_once_is_unknown_and_is_settled_by_its_draft(
    gmail: LoopbackGmail, send_all: Callable[..., Tally], transport: GmailTransport, ledger: SmallLedger,
    answer: Any, sent: bool,
) -> None:  # fmt: skip
    script = failing(SEND, None, answer)
    gmail.script, gmail.after = (gmail.script, script) if sent else (script, gmail.after)
    assert dict(send_all(letters(3))) == {"sent": 2, "unknown": 1}
    assert ledger.in_state("unknown") == [2]
    assert gmail.heard().count(SEND) == 3
    assert ("patient2@mail.example" in gmail.recipients()) == sent
    (found,) = transport.what_became([Asked(2, "<2@clinic.example>", "r-2")])
    assert (found.state, found.detail) == (
        ("sent", "its draft is gone") if sent else ("ready", "its draft is still there")
    )


def test_a_send_repeated_by_a_later_run_finds_no_draft_and_makes_no_second_mail(
    gmail: LoopbackGmail, send_all: Callable[..., Tally]
) -> None:
    send_all([letter(1)])
    tally = send_all([letter(2)._replace(draft_id="r-1")])  # as if letter 2's draft were the one that is gone
    assert dict(tally) == {"sent": 1}
    assert len(gmail.sent) == 1


def test_an_earlier_draft_is_brought_up_to_date_before_it_is_sent(
    gmail: LoopbackGmail, send_all: Callable[..., Tally]
) -> None:
    gmail.script = failing(SEND, trouble(429))
    assert dict(send_all([letter(1)])) == {"deferred": 1}
    moved = letter(2, "new-address@mail.example", "Your visit is at 3 PM.")._replace(draft_id="r-1")
    assert dict(send_all([moved])) == {"sent": 1}
    assert gmail.sent == [moved.data]
    assert gmail.made == 1


def test_a_draft_whose_name_was_never_heard_is_found_and_not_made_twice(
    gmail: LoopbackGmail, send_all: Callable[..., Tally], ledger: SmallLedger
) -> None:
    gmail.after = failing(CREATE, HangUp())
    assert dict(send_all([letter(1)])) == {"deferred": 1}
    assert list(gmail.drafts) == ["r-1"]
    again = letter(2)._replace(message_id=letter(1).message_id, draft_id="?")
    gmail.drafts["r-1"] = b"Message-ID: <1@clinic.example>\r\n\r\n"
    assert dict(send_all([again])) == {"sent": 1}
    assert (gmail.sent, gmail.made) == ([again.data], 1)
    assert dict(send_all([letter(3)._replace(draft_id="?")])) == {"sent": 1}
    assert gmail.made == 2


@pytest.mark.parametrize("step", [CREATE, SEND])
@pytest.mark.parametrize("answer", [trouble(429, "rateLimitExceeded"), trouble(403, "userRateLimitExceeded")])
def test_a_letter_for_which_gmail_has_no_room_waits_and_the_others_go(
    gmail: LoopbackGmail, send_all: Callable[..., Tally], ledger: SmallLedger, step: str, answer: Answer
) -> None:
    gmail.script = failing(step, *[None] * 6, answer)
    tally = send_all(letters(20))
    assert (dict(tally), tally.stopped) == ({"sent": 19, "deferred": 1}, "")
    assert ledger.in_state("deferred") == [7]
    assert "it has had enough of us for now" in ledger.details(7)[0]


@pytest.mark.parametrize("step", [CREATE, SEND])
@pytest.mark.parametrize(
    "answer", [trouble(400, "invalidArgument"), trouble(403, "forbidden"), trouble(413, "uploadTooLarge")]
)
def test_a_letter_that_gmail_refuses_fails_alone(
    gmail: LoopbackGmail, send_all: Callable[..., Tally], ledger: SmallLedger, step: str, answer: Answer
) -> None:
    gmail.script = failing(step, *[None] * 6, answer)
    tally = send_all(letters(20))
    assert (dict(tally), tally.stopped) == ({"sent": 19, "failed": 1}, "")
    assert ledger.in_state("failed") == [7]
    assert "@" not in ledger.details(7)[0]


def test_a_day_on_which_gmail_has_no_room_ends_the_run(gmail: LoopbackGmail, send_all: Callable[..., Tally]) -> None:
    gmail.script = lambda call: trouble(429, "dailyLimitExceeded") if str(call) == SEND else None
    tally = send_all(letters(20))
    assert dict(tally) == {"deferred": 3, "ready": 17}
    assert tally.stopped == (
        "Google (gmail) answered 429 dailyLimitExceeded: it has had enough of us for now. "
        "That was so 3 times in a row; the other letters wait."
    )


@pytest.mark.parametrize("count", [1, 20])
def test_while_gmail_has_no_room_for_anybody_no_letter_is_put_off_for_it(
    gmail: LoopbackGmail, transport: GmailTransport, count: int
) -> None:
    gmail.script = lambda call: trouble(429) if str(call) == CREATE else None
    found: list[Result] = []
    with pytest.raises(RunStopped, match="letters wait"):
        for each in transport.deliver(iter(letters(count)), NoMarks()):
            found.append(each)
    assert [(each.state, each.at_once) for each in found] == [("deferred", True)] * min(count, 3)


def test_a_letter_that_gmail_put_off_while_it_took_the_next_one_is_put_off_alone(
    gmail: LoopbackGmail, transport: GmailTransport
) -> None:
    gmail.script = failing(CREATE, trouble(429))
    found = sorted(transport.deliver(iter(letters(3)), NoMarks()))
    assert [(each.state, each.at_once) for each in found] == [("deferred", False), ("sent", False), ("sent", False)]


def test_a_gmail_that_never_answers_ends_the_run_before_it_costs_every_letter(
    gmail: LoopbackGmail, send_all: Callable[..., Tally]
) -> None:
    gmail.script = lambda call: trouble(500) if str(call) == SEND else None
    tally = send_all(letters(20))
    assert dict(tally) == {"unknown": 3, "ready": 17}
    assert tally.stopped.endswith("That was so 3 times in a row; the other letters wait.")


@pytest.mark.parametrize("step", [CREATE, SEND])
def test_a_sign_in_that_google_does_not_take_stops_the_run_and_no_letter_is_blamed(
    gmail: LoopbackGmail, send_all: Callable[..., Tally], step: str
) -> None:
    gmail.script = lambda call: trouble(401, "authError") if str(call) == step else None
    tally = send_all(letters(3))
    assert dict(tally) == {"ready": 3}
    assert isinstance(tally.stopped_by, SignInRefused)
    assert tally.stopped.startswith("Google (gmail) answered 401 authError. Let a Google Workspace administrator check")
    assert gmail.sent == []


def test_a_withdrawn_sign_in_stops_the_run(gmail: LoopbackGmail, send_all: Callable[..., Tally]) -> None:
    gmail.script = lambda call: Answer(400, {"error": "invalid_grant"}) if call.path == "/token" else None
    tally = send_all(letters(3))
    assert dict(tally) == {"ready": 3}
    assert tally.stopped.startswith("Google does not accept the sign-in (invalid_grant). ")
    assert tally.stopped.endswith(" The letters wait.")


def test_a_run_ends_within_its_bound(gmail: LoopbackGmail, send_all: Callable[..., Tally], tmp_path: Path) -> None:
    settings = settings_for(tmp_path, gmail, run_seconds=600)
    short = GmailTransport(settings, "hello@clinic.example", tmp_path, lambda seconds: None)
    gmail.after = lambda call: wait_until_late(short) if str(call) == SEND else None
    tally = send_all(letters(3), short)
    assert dict(tally) == {"sent": 1, "ready": 2}
    assert tally.stopped == "Sending took longer than 10 minutes (run_seconds). The other letters wait."


def wait_until_late(transport: GmailTransport) -> None:
    transport._run_ends = 0.001


def test_redirected_letters_name_the_one_address_in_their_headers(
    gmail: LoopbackGmail, send_all: Callable[..., Tally], transport: GmailTransport
) -> None:
    """Gmail sends to whom the headers name: a patient's address in them would be a letter to a patient."""
    assert dict(send_all(letters(3), Redirected(transport, "office@clinic.example"))) == {"sent": 3}
    assert gmail.recipients() == ["office@clinic.example"] * 3
    assert not any(b"patient" in data for data in gmail.sent)


def test_a_letter_that_names_anybody_else_never_becomes_a_draft() -> None:
    folded = letter(1)._replace(data=b"To:\r\n patient1@mail.example\r\nSubject: x\r\n\r\nTo: y@mail.example\r\n")
    assert addressed(folded) == b"To: patient1@mail.example\r\nSubject: x\r\n\r\nTo: y@mail.example\r\n"
    two = letter(1)._replace(data=b"To: patient1@mail.example\r\nCc: x@mail.example\r\n\r\n")
    with pytest.raises(ValueError, match="names other recipients than its own"):
        addressed(two)


def test_what_cannot_be_told_is_not_told(gmail: LoopbackGmail, transport: GmailTransport) -> None:
    gmail.script = failing(f"GET {DRAFTS}/r-9", trouble(403, "forbidden"))
    asked = [Asked(1, "<1@clinic.example>", ""), Asked(2, "<2@clinic.example>", "?"), Asked(3, "<3@c.example>", "r-9")]
    assert transport.what_became(asked) == []


def test_nobody_signed_in_is_said_so(tmp_path: Path, send_all: Callable[..., Tally]) -> None:
    tally = send_all(letters(2), GmailTransport(Google(), "hello@clinic.example", tmp_path))
    assert dict(tally) == {"ready": 2}
    assert tally.stopped == (
        "Nobody is signed in at Google. Write service_account_file or client_file under google in config/clinic.yaml. "
        "The letters wait."
    )
