"""What a mail that came back is: only what is certain is acted on."""

import csv
import os
from pathlib import Path

import pytest
from foreign_mail import bounce, complaint, from_person, mail
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.clinic.addresses import address_key
from jobs.mail.mailbox.sorter import UNREADABLE, Sorter
from jobs.mail.mailbox.sorting import Mark, Sorted, sort_mail
from jobs.mail.message import address_mark, message_id, unsubscribe_token

SECRET = b"s" * 32
OURS = message_id("lakeside.example", "lakeside:1:welcome:1")
TOKEN = unsubscribe_token(SECRET, "lakeside", 7, "care", "jo@patient.example")
MARK = Mark(7, address_mark(SECRET, 7, "jo@patient.example"), "care")
SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "bounces"
_PERMANENCE = {"bounce": "permanent", "refused": "permanent", "delay": "temporary"}


def sort(data: bytes) -> Sorted:
    return sort_mail(data, SECRET, "lakeside")


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="../shared/data/bounces, which nobody here wrote, is not here")
def test_of_115_bounces_from_the_wild_every_one_is_read_right() -> None:
    """The bar is 112. Two files of the 117 have no agreed answer; they only must not end in an error."""
    with (SAMPLES / "flufl_truth.tsv").open(encoding="utf-8") as file:
        expected: dict[str, set[tuple[str, str]]] = {}
        for row in csv.DictReader(file, delimiter="\t"):
            expected.setdefault(row["file"], set()).add((address_key(row["failed_address"]), row["kind"]))
    wrong = []
    for path in sorted((SAMPLES / "flufl").iterdir()):
        found = sort(path.read_bytes())
        told = {(address_key(address), _PERMANENCE[found.kind]) for address in found.addresses} or {("", "")}
        if told != expected.get(path.name, told):
            wrong.append((path.name, told))
    assert wrong == [] and len(expected) == 115


@pytest.mark.parametrize(
    ("status", "words", "action", "kind", "detail"),
    [
        ("5.1.1", "550 5.1.1 no such user", "failed", "bounce", "550 5.1.1 no such user"),
        ("5.2.2", "552 over quota", "failed", "bounce", "5.2.2 552 over quota"),
        ("4.4.7", "delivery time expired", "failed", "bounce", "4.4.7 delivery time expired"),
        ("4.4.1", "connection timed out", "delayed", "delay", "4.4.1 connection timed out"),
        ("5.7.1", "550 5.7.1 blocked, see rbl.example", "failed", "refused", "550 5.7.1 blocked, see rbl.example"),
        ("5.0.0", "550-5.7.26 not authenticated", "failed", "refused", "550-5.7.26 not authenticated"),
        ("5.3.4", "message too big", "failed", "refused", "5.3.4 message too big"),
        (
            "5.1.1",
            "<jo@made.example>: user jo unknown",
            "failed",
            "bounce",
            "5.1.1 <(address)>: user (mailbox) unknown",
        ),
    ],
)
def test_a_report_tells_for_good_not_yet_and_not_because_of_the_address_apart(
    status: str, words: str, action: str, kind: str, detail: str
) -> None:
    found = sort(bounce("jo@made.example", OURS, status, words, action))
    assert found == Sorted(kind, ("jo@made.example",), (), (OURS,), detail)


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        ("5.7.1", "550 5.7.1 user unknown", "bounce"),
        ("5.7.13", "525 5.7.13 disabled recipient address", "bounce"),
        ("5.5.0", "550 5.5.0 mailbox unavailable", "bounce"),
        ("5.1.1", "550 5.7.1 IP address blacklisted by recipient", "refused"),
        ("5.0.0", "554 rejected for policy reasons", "refused"),
        ("5.1.8", "550 5.1.8 Sender address rejected: Domain not found", "refused"),
        ("5.7.25", "550 5.7.25 reverse DNS not found", "refused"),
        ("4.0.0", "554 blocked - see rbl.example", "refused"),
    ],
)
def test_words_tell_more_than_a_code_that_servers_use_for_either(status: str, words: str, kind: str) -> None:
    assert sort(bounce("jo@made.example", OURS, status, words)).kind == kind


def test_a_report_whose_parts_are_broken_is_read_by_its_fields() -> None:
    broken = bounce("jo@made.example", OURS).replace(b'boundary="part"', b'boundary="lost"')
    found = sort(broken)
    assert (found.kind, found.addresses, found.message_ids) == ("bounce", ("jo@made.example",), (OURS,))


IN_WORDS = """
    From: [sender]
    Subject: Your visit
    Content-Type: text/plain

    [words]

    Original message headers:

    Message-ID: [ours]
    Subject: 5.1.1 ways to sit
    """


@pytest.mark.parametrize(
    ("words", "kind", "detail"),
    [
        ("Remote server returned '550 5.1.1 not found'", "bounce", "Remote server returned '550 5.1.1 not found'"),
        ("It said: 550 unknown user", "bounce", "550 unknown user"),
        ("It said: 550-5.7.26 not authenticated", "refused", "It said: 550-5.7.26 not authenticated"),
        ("It has not yet been delivered; 451 try again", "delay", "451 try again"),
        ("Thank you for your letter.", "other", ""),
    ],
)
def test_a_report_in_words_that_nobody_knows_is_read_by_its_code_where_it_returns_our_letter(
    words: str, kind: str, detail: str
) -> None:
    found = sort(mail(IN_WORDS, sender="postmaster@mail.example", words=words, ours=OURS))
    assert found == Sorted(kind, (), (), (OURS,), detail)
    assert sort(mail(IN_WORDS, sender="jo@made.example", words=words, ours=OURS)).kind == "other"
    assert sort(mail(IN_WORDS, sender="postmaster@mail.example", words=words, ours="<of another>")).kind == "other"


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_report_that_a_letter_arrived_is_no_bounce(action: str) -> None:
    assert sort(bounce("jo@made.example", OURS, "2.0.0", "ok", action)).kind == "automatic"


def test_the_letter_is_known_by_the_sealed_token_that_the_report_returns() -> None:
    assert sort(bounce("forwarded@elsewhere.example", stop_link=TOKEN)).marks == (MARK,)
    assert sort(bounce("jo@made.example", stop_link=TOKEN[:-1] + "x")).marks == ()


@pytest.mark.parametrize(
    ("told", "addresses"),
    [
        ("", ("jo@made.example",)),
        ("<jo@made.example>", ("jo@made.example",)),
        ("rfc822;jo@other.example", ("jo@other.example", "jo@made.example")),
    ],
)
def test_a_complaint_names_the_letter_and_whoever_complained(told: str, addresses: tuple[str, ...]) -> None:
    found = sort(complaint("jo@made.example", OURS, told=told))
    assert found == Sorted("complaint", addresses, (), (OURS,), "reported as abuse")


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "other"])
def test_a_report_about_something_else_is_no_complaint(kind: str) -> None:
    assert sort(complaint("jo@made.example", OURS, kind)).kind == "other"


REPLY = f"""Can I come at three instead?

On Wed, Mar 4, 2026 at 9:00 AM Lakeside <hello@lakeside.example> wrote:
> See you on Friday.
> No more of these e-mails: mailto:hello@lakeside.example?subject=stop%20{TOKEN}
> stop {TOKEN}
"""


@pytest.mark.parametrize(
    "data",
    [
        from_person(f"stop {TOKEN}"),
        from_person(f"stop%20{TOKEN}"),
        from_person(f"Fwd: Stop {TOKEN}"),
        from_person(f"[EXTERNAL] ***SPAM*** Fw: stop {TOKEN}"),
        from_person(f"stop\r\n {TOKEN}"),
        from_person(f"=?utf-8?q?stop_{TOKEN}?="),
        from_person("no more please", f"stop {TOKEN}"),
        from_person("", f"Please take me off.\r\n\r\n{TOKEN}\r\n\r\nJo"),
        from_person(f"stop {TOKEN}", more="Auto-Submitted: auto-replied\r\n"),  # Apple Mail says so
        mail("Subject: hello\nContent-Type: text/html\n\n<p>stop [token]</p>", token=TOKEN),
    ],
)
def test_a_wish_counts_wherever_the_sealed_token_stands_alone_and_whoever_sends_it(data: bytes) -> None:
    found = sort(data)
    assert (found.kind, found.marks) == ("unsubscribe", (MARK,))


@pytest.mark.parametrize(
    "data",
    [
        from_person("Re: Your visit", REPLY),
        from_person(f"Re: stop {TOKEN}", "Thank you for taking me off. On second thought: do write to me."),
        from_person("Question", f"What is https://lakeside.example/stop?t={TOKEN} for?"),
        from_person("Re: Your visit", f"Thanks!\r\n\r\n-----Original Message-----\r\nstop {TOKEN}"),
        mail(
            """
            Subject: Re: Your visit
            Content-Type: text/html

            <p>See you.</p><blockquote><a href="mailto:hello@lakeside.example?subject=stop%20[token]">No more</a>
            """,
            token=TOKEN,
        ),
    ],
)
def test_a_reply_that_quotes_the_letter_and_its_stop_link_is_no_wish(data: bytes) -> None:
    assert sort(data).kind == "other"


@pytest.mark.parametrize("header", ["Auto-Submitted: auto-replied", "Precedence: auto_reply", "X-Autoreply: yes"])
def test_an_automatic_reply_is_no_wish_and_no_bounce_whatever_it_quotes(header: str) -> None:
    data = from_person("Your visit", f"I am away.\r\nstop {TOKEN}\r\n", more=f"{header}\r\n")
    assert sort(data).kind == "automatic"
    assert sort(from_person("Out of Office: Your visit", f"stop {TOKEN}")).kind == "automatic"


PEOPLE_WRITE_NUMBERS = (
    "I am out of the office. Call my cell: 510-555-0142.",
    "Tel. (415) 555 0142",
    "We moved: 550 Bollinger Canyon Rd, Apt 12. My back is worse, please call me.",
    "Away. 500 people use this desk.",
    "$550 off: version 5.1.1 is out.",
    "Away until 5.5.2026. Room 5.1.1",
    "I will be delayed: 421 Oak Ave.",
)


@pytest.mark.parametrize("words", PEOPLE_WRITE_NUMBERS)
def test_an_automatic_reply_without_a_return_path_is_no_bounce_whatever_numbers_stand_in_it(words: str) -> None:
    """RFC 3834, section 3.3: an automatic reply has no address to return it to, just as a report has none."""
    from_nowhere, by_machine = f"Return-Path: <>\r\nIn-Reply-To: {OURS}\r\n", "Auto-Submitted: auto-replied\r\n"
    subject = "Automatic reply: Your visit"
    for reply in (
        from_person(subject, words, more=from_nowhere + by_machine),
        from_person(subject, words, more=from_nowhere),
        from_person("Re: Your visit", words, more=from_nowhere + by_machine),
    ):
        assert sort(reply) == Sorted("automatic", message_ids=(OURS,))
    assert sort(from_person("Re: Your visit", words, more=from_nowhere)) == Sorted("other", message_ids=(OURS,))
    receipt = from_person("Read: Your visit", words, more=from_nowhere).replace(
        b"text/plain; charset=utf-8", b'multipart/report; report-type=disposition-notification; boundary="p"'
    )
    assert sort(receipt) == Sorted("other", message_ids=(OURS,))


@pytest.mark.parametrize("words", PEOPLE_WRITE_NUMBERS[:4])
def test_three_digits_are_no_reply_of_a_mail_server_without_its_words(words: str) -> None:
    assert sort(mail(IN_WORDS, sender="postmaster@mail.example", words=words, ours=OURS)).kind == "other"


def test_a_report_from_a_system_of_another_name_is_known_by_its_subject_and_that_it_has_no_return_path() -> None:
    report = mail(IN_WORDS, sender="System Administrator <it@mail.example>", words="550 unknown user", ours=OURS)
    report = b"Return-Path: <>\r\n" + report.replace(b"Subject: Your visit", b"Subject: Undeliverable: Your visit")
    assert sort(report) == Sorted("bounce", (), (), (OURS,), "550 unknown user")
    assert sort(b"Auto-Submitted: auto-replied\r\n" + report).kind == "automatic"


def test_of_a_report_that_a_person_may_have_written_no_word_is_kept() -> None:
    text = "The following addresses had permanent fatal errors\r\n<jo@made.example>\r\n\r\n550 unknown user, says Jo"
    mailed = from_person("Delivery failure", f"This is mail delivery software.\r\n{text}")
    assert sort(mailed) == Sorted("bounce", ("jo@made.example",))


@pytest.mark.parametrize(
    "token",
    [
        unsubscribe_token(b"another secret" * 3, "lakeside", 7, "care", "jo@patient.example"),
        TOKEN[:-2] + ("AA" if TOKEN[-2:] != "AA" else "BB"),
        TOKEN + "A",
        TOKEN[1:],
        "A" * len(TOKEN),
    ],
)
def test_a_made_up_token_stops_nothing(token: str) -> None:
    assert sort(from_person(f"stop {token}")).marks == ()
    assert sort(from_person(f"stop {token}")).kind == "other"


def test_a_token_of_another_clinic_on_this_machine_stops_nothing() -> None:
    theirs = unsubscribe_token(SECRET, "hillside", 7, "care", "jo@patient.example")
    assert sort(from_person(f"stop {theirs}")).kind == "other"


@pytest.mark.parametrize(
    ("subject", "asks"),
    [
        ("unsubscribe", True),
        ("Please stop", True),
        ("STOP!", True),
        ("Re: stop", True),
        ("RE: [EXTERNAL] Fwd: Stop e-mails please", True),
        ("Please take me off your list", True),
        ("Do not email me again", True),
        ("Please unsubscribe me from this list and do not write again", True),
        ("=?utf-8?q?no_m=C3=A1s_correos?=", True),
        ("Dejen de enviarme correos", True),
        ("Stop by on Friday to talk about my bill, will you", False),
        ("Stop by on Thursday?", False),
        ("Please cancel my appointment", False),
    ],
)
def test_somebody_who_asks_in_his_own_words_is_left_to_a_person_and_counted(subject: str, asks: bool) -> None:
    found = sort(from_person(subject, "Jo"))
    assert (found.kind, found.asks) == ("other", asks)


QUOTED = "\r\n\r\nOn Mon, Sep 28, 2026 at 9:10 AM Lakeside wrote:\r\n> No more of these e-mails: unsubscribe\r\n"


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("STOP", True),
        ("unsubscribe", True),
        ("Hi,\r\n\r\nPlease stop sending me these e-mails.\r\nJo", True),
        ("Thank you, but I don\u2019t want any more reminders", True),
        ("Could you remove my e-mail address from your mailing list?", True),
        ("Hola, no me env\u00eden m\u00e1s mensajes, por favor", True),
        ("Quiero darme de baja", True),
        ("See you on Tuesday!", False),
        ("Can I stop by on Thursday? Write to me.", False),
        ("I do not receive your e-mails, could you send the last one again?", False),
        ("Should I stop the exercises when it hurts?", False),
        ("Please take me off the schedule for Tuesday", False),
    ],
)
def test_what_somebody_writes_above_the_quoted_letter_may_ask_too(words: str, asks: bool) -> None:
    found = sort(from_person("Re: Your visit", words + QUOTED))
    assert (found.kind, found.asks) == ("other", asks)


def test_a_reply_in_html_alone_asks_by_what_stands_above_the_quoted_letter() -> None:
    page = "Subject: Re: Your visit\nContent-Type: text/html\n\n<style>p {}</style><p>[words]</p><blockquote>Stop"
    assert sort(mail(page, words="Hello,<br>please stop these e-mails")).asks is True
    assert sort(mail(page, words="See you on Friday")).asks is False


def test_what_goes_to_a_list_of_readers_asks_the_clinic_for_nothing() -> None:
    news = "Unsubscribe from these e-mails at any time."
    assert not sort(from_person("Our offers", news, more="List-Unsubscribe: <https://shop.example/u>\r\n")).asks
    assert not sort(from_person("Our offers", "To unsubscribe, click here: https://shop.example/u")).asks


def test_a_person_who_tells_of_his_own_dead_address_is_no_bounce() -> None:
    text = "This message was created automatically by mail delivery software.\r\nThe following addresses had\r\n"
    data = from_person("fyi", f"{text}jo@made.example\r\ntranscript of session follows\r\n", sender="jo@made.example")
    assert sort(data).kind == "other"
    assert sort(data.replace(b"From: jo@", b"From: mailer-daemon@")).kind == "bounce"


def test_one_of_our_own_letters_is_no_answer() -> None:
    found = sort(from_person("Your visit", f"stop {TOKEN}", more=f"Message-ID: {OURS}\r\n"))
    assert (found.kind, found.own, found.message_ids) == ("other", True, (OURS,))


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_whatever_a_mail_holds_it_is_sorted(noise: bytes) -> None:
    base = bounce("jo@made.example", OURS)
    assert sort(base[: len(noise) * 3] + noise + base[len(noise) * 3 :]).kind
    assert sort(noise).kind


def test_a_mail_that_would_keep_us_busy_without_end_is_left_to_a_person_and_the_next_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stuck(data: bytes, secret: bytes, clinic_id: str) -> Sorted:
        if b"bomb" in data:
            while True:
                pass
        if b"killer" in data:
            os._exit(9)
        if b"trap" in data:
            raise RecursionError("jo@made.example")
        return sort_mail(data, secret, clinic_id)

    monkeypatch.setattr("jobs.mail.mailbox.sorter.sort_mail", stuck)
    with Sorter(SECRET, "lakeside", seconds=0.2) as sorter:
        kinds = [sorter.sort(b"bomb")]
        sorter._seconds = 60  # the others are not to end by the clock
        kinds += [sorter.sort(data) for data in (b"killer", b"trap", bounce("jo@made.example"))]
    assert kinds[:3] == [UNREADABLE] * 3 and kinds[3].kind == "bounce"


def test_a_mail_of_ten_thousand_parts_in_each_other_is_left_to_a_person() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(10_000))
    with Sorter(SECRET, "lakeside") as sorter:
        assert sorter.sort(deep).kind == "other"
