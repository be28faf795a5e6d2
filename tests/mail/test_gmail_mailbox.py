"""The mailbox at Google, over real HTTP to a server that lists and gives mails as Google documents it."""

import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from foreign_mail import bounce, from_person
from hand_written_clinic import Clinic, appointment
from loopback_google import Answer, Call, LoopbackGoogle, google_serving, service_key, settings_for, trouble

from jobs.mail.mailbox.gmail import GmailMailbox
from jobs.mail.mailbox.records import AT_ONCE, LARGEST, Batch, MailboxUnusable
from jobs.mail.settings import Mailbox
from jobs.runner.settings import SettingsFaulty
from jobs.runner.settings_loading import load_settings

MESSAGES = "/gmail/v1/users/me/messages"
NOON = datetime(2026, 3, 4, 20, tzinfo=UTC)
SINCE = datetime(2026, 3, 1, tzinfo=UTC)
READS = Mailbox(by="gmail")


class MailAtGoogle:
    """Mails by id, with their moments and labels; the newest is listed first, three on a page."""

    def __init__(self, google: LoopbackGoogle) -> None:
        self.google = google
        self.mails: dict[str, tuple[bytes, int, list[str]]] = {}
        google.on("GET", MESSAGES, self._list)
        google.on("GET", f"{MESSAGES}/([^/]+)", self._give)

    def put(self, *mails: bytes, at: datetime = NOON, labels: tuple[str, ...] = ("INBOX",)) -> list[str]:
        names = [f"id{len(self.mails) + number}" for number in range(len(mails))]
        for number, (name, data) in enumerate(zip(names, mails, strict=True)):
            self.mails[name] = (data, int(at.timestamp()) * 1000 + number, list(labels))
        return names

    def _list(self, call: Call) -> Answer:
        query = call.query["q"]
        after = re.search(r"after:(\d+)", query)
        wanted = re.search(r"rfc822msgid:(\S+)", query)
        found = [
            name
            for name, (data, came, labels) in self.mails.items()
            if (not after or came >= int(after[1]) * 1000)
            and (not wanted or f"Message-ID: <{wanted[1]}>".encode() in data)
            and ("in:inbox" not in query or "INBOX" in labels or "SENT" not in labels)
        ][::-1]
        start = int(call.query.get("pageToken", 0))
        answer: dict[str, object] = {"messages": [{"id": name} for name in found[start : start + 3]]} if found else {}
        if len(found) > start + 3:
            answer["nextPageToken"] = str(start + 3)
        return Answer(200, answer)

    def _give(self, call: Call, name: str) -> Answer:
        if name not in self.mails:
            return trouble(404, "notFound")
        data, came, labels = self.mails[name]
        told = {"labelIds": labels, "internalDate": str(came)}
        if call.query["format"] == "raw":
            told["raw"] = base64.urlsafe_b64encode(data).decode().rstrip("=")
        return Answer(200, told)


@pytest.fixture
def google() -> Iterator[MailAtGoogle]:
    with google_serving() as google:
        yield MailAtGoogle(google)


@pytest.fixture
def mailbox(google: MailAtGoogle, tmp_path: Path) -> Iterator[GmailMailbox]:
    opened = GmailMailbox(READS, settings_for(tmp_path, google.google), "hello@lakeside.example", tmp_path)
    yield opened
    opened.close()


def read(mailbox: GmailMailbox, read_up_to: str = "", known: frozenset[str] = frozenset()) -> list[Batch]:
    return list(mailbox.new_mail(read_up_to, SINCE, lambda uids: known & set(uids)))


def numbered(count: int) -> list[bytes]:
    return [b"Subject: %d\r\n\r\nHello.\r\n" % number for number in range(count)]


def test_mail_comes_oldest_first_in_batches_and_what_was_read_is_not_fetched_again(
    google: MailAtGoogle, mailbox: GmailMailbox
) -> None:
    names = google.put(*numbered(AT_ONCE + 2))
    first, second = read(mailbox)
    assert [mail.uid for batch in (first, second) for mail in batch.mails] == [f"gmail.{name}" for name in names]
    assert [mail.data for batch in (first, second) for mail in batch.mails] == numbered(AT_ONCE + 2)
    google.google.calls.clear()
    assert read(mailbox, second.read_up_to, frozenset(f"gmail.{name}" for name in names)) == []
    assert {call.path for call in google.google.calls} == {MESSAGES}


def test_only_reading_is_asked_for_and_nothing_is_changed(google: MailAtGoogle, mailbox: GmailMailbox) -> None:
    google.put(*numbered(2))
    read(mailbox)
    assert {call.method for call in google.google.calls if call.path != "/token"} == {"GET"}
    assert [asked["scope"] for asked in google.google.tokens] == ["https://www.googleapis.com/auth/gmail.readonly"]
    assert google.google.tokens[0]["sub"] == "hello@lakeside.example"


def test_the_first_reading_looks_back_so_far_and_no_further(google: MailAtGoogle, mailbox: GmailMailbox) -> None:
    google.put(b"Subject: old\r\n\r\n", at=datetime(2026, 2, 1, tzinfo=UTC))
    assert read(mailbox) == []


def test_drafts_and_what_was_deleted_meanwhile_are_passed_over(google: MailAtGoogle, mailbox: GmailMailbox) -> None:
    google.put(b"Subject: draft\r\n\r\n", labels=("DRAFT",))
    (gone,) = google.put(b"Subject: gone\r\n\r\n")
    google.put(b"Subject: here\r\n\r\n" + b"y" * LARGEST)
    google.google.script = lambda call: trouble(404, "notFound") if call.path.endswith(gone) else None
    ((mail,), _) = read(mailbox)[0]
    assert mail.data.startswith(b"Subject: here") and len(mail.data) == LARGEST


def test_a_copy_that_was_sent_is_proof_and_a_draft_is_none(google: MailAtGoogle, mailbox: GmailMailbox) -> None:
    google.put(b"Message-ID: <one@lakeside.example>\r\n\r\n", labels=("SENT",))
    google.put(b"Message-ID: <two@lakeside.example>\r\n\r\n", labels=("DRAFT",))
    asked = [f"<{name}@lakeside.example>" for name in ("one", "two", "three")]
    assert mailbox.copies_of(asked) == {"<one@lakeside.example>": "Sent"}


def test_settings_that_let_nobody_sign_in_are_faulty(clinic: Clinic) -> None:
    clinic.edit("config/clinic.yaml", 'by: ""', "by: gmail")
    with pytest.raises(SettingsFaulty) as told:
        load_settings(clinic.home)
    assert str(told.value).endswith(
        "To read the mailbox by: gmail somebody must be signed in at Google. "
        "Write service_account_file or client_file under google."
    )


def test_what_google_refuses_is_one_sentence(google: MailAtGoogle, tmp_path: Path) -> None:
    mailbox = GmailMailbox(READS, settings_for(tmp_path, google.google), "hello@lakeside.example", tmp_path)
    google.google.script = lambda call: trouble(403, "insufficientPermissions")
    with pytest.raises(MailboxUnusable) as refused:
        read(mailbox)
    mailbox.close()
    assert str(refused.value).startswith("Google (gmail) answered 403 insufficientPermissions. ")


def test_a_reading_ends_in_its_time_and_what_was_read_is_kept(google: MailAtGoogle, tmp_path: Path) -> None:
    google.put(*numbered(AT_ONCE + 1))
    slow = Mailbox(by="gmail", run_seconds=60)
    mailbox = GmailMailbox(slow, settings_for(tmp_path, google.google), "hello@lakeside.example", tmp_path)
    reading = mailbox.new_mail("", SINCE, lambda uids: set())
    assert len(next(reading).mails) == AT_ONCE
    mailbox._ends = 0.0
    with pytest.raises(MailboxUnusable, match="^Gmail was too slow: not all was read within 60 seconds. What was read"):
        next(reading)
    mailbox.close()


def test_the_job_reads_a_mailbox_at_google_once(google: MailAtGoogle, clinic: Clinic) -> None:
    clinic.export(appointment("Jo", "2026-03-03 16:00", kind="PT Initial Evaluation"))
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 09:00")
    service_key(clinic.home, google.google)
    clinic.edit("config/clinic.yaml", 'by: ""', "by: gmail")
    account = {"service_account_file": "key.json", "endpoint": google.google.endpoint}
    clinic.edit("config/clinic.yaml", "\ninstallation:", f"\ngoogle: {json.dumps(account)}\n\ninstallation:")
    late = bounce("jo@patient.example", status="4.4.1", action="delayed")
    google.put(
        late, from_person("Re: Your visit"), bounce("jo@patient.example"), at=datetime(2026, 3, 4, 17, tzinfo=UTC)
    )
    first, second = clinic.run("read_mailbox", "2026-03-04 12:00"), clinic.run("read_mailbox", "2026-03-04 12:10")
    assert first.counts == {
        "mails read": 3, "letters delayed": 1, "letters bounced": 1, "left for people": 1, "addresses stopped": 1,
    }  # fmt: skip
    assert (second.code, second.counts) == (0, {})
    assert clinic.ask("SELECT address_key, category FROM stops") == [("jo@patient.example", "all")]
