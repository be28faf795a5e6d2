"""From the mailbox to the list of those who get no more letters: once, whatever is in it, and nothing in it changes."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from dovecot import MARCH_4, PASSWORD, Dovecot, serving_mailboxes
from foreign_mail import bounce, complaint, from_person
from hand_written_clinic import Clinic, Ran, Row, appointment

from jobs.desk.commands import cli
from jobs.mail.mailbox.imap import ImapMailbox
from jobs.mail.message import unsubscribe_token
from jobs.runner.run import FAILED
from jobs.runner.settings_loading import load_settings
from jobs.runner.tools import open_tools
from jobs.store.stops import allow

MOMENT = "2026-03-04 10:00"
JO, ANN = "jo@patient.example", "ann@patient.example"


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with serving_mailboxes() as server:
        yield server


@pytest.fixture(scope="module")
def wednesday(opened_clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """A clinic that has written to Jo (about her own care) and to Ann (with news) this morning. For copying only."""
    clinic = opened_clinic.copied(tmp_path_factory.mktemp("wednesday") / "clinic")
    days = ("02-03", "02-06", "02-10", "02-13", "02-20", "03-03")
    clinic.export(
        appointment("Jo", "2026-03-03 16:00", kind="PT Initial Evaluation"),
        *(appointment("Ann", f"2026-{day} 09:00") for day in days),
    )
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 09:00")
    assert clinic.in_state("sent") == {("Jo", "after_evaluation"), ("Ann", "review_request")}
    return clinic


class Read:
    """The clinic with a mailbox of its own."""

    def __init__(self, clinic: Clinic, server: Dovecot, user: str) -> None:
        self.clinic, self.server, self.user = clinic, server, user
        self.settings(f"by: imap\n    host: 127.0.0.1\n    port: {server.port}\n    security: none\n    user: {user}")

    def settings(self, words: str) -> None:
        path = self.clinic.home / "config" / "clinic.yaml"
        text = path.read_text("utf-8")
        path.write_text(re.sub(r"(  mailbox:.*\n)(?:    .*\n)+", rf"\1    {words}\n", text), "utf-8")

    def settings_more(self, line: str) -> None:
        self.clinic.edit("config/clinic.yaml", "    by: imap\n", f"    by: imap\n    {line}\n")

    def put(self, *mails: bytes, folder: str = "INBOX", at: datetime = MARCH_4) -> None:
        self.server.put(self.user, *mails, folder=folder, at=at)

    def read(self, moment: str = MOMENT) -> Ran:
        return self.clinic.run("read_mailbox", moment)

    def status(self, moment: str) -> list[str]:
        shown = self.clinic.command("status", moment=moment)
        assert shown.exit_code == 0
        return shown.output.splitlines()

    def letter(self, patient: str) -> tuple[int, str, str]:
        """Number, Message-ID and the token of the stop link of the letter that a patient got this morning."""
        query = "JOIN patients p ON p.id = patient_id WHERE first_name = ? AND l.message_id != ''"
        what = "l.id, message_id, category, l.address_key"
        letter_id, message_id, *sealed = self.clinic.ask(f"SELECT {what} FROM letters l {query}", patient)[0]  # noqa: S608
        secret = (self.clinic.home / "var" / "secret").read_bytes()
        return letter_id, message_id, unsubscribe_token(secret, "lakeside", letter_id, *sealed)

    def stops(self) -> list[tuple[str, str, str]]:
        return self.clinic.ask("SELECT address_key, category, source FROM stops ORDER BY id")

    def allow(self, address: str) -> None:
        """A person lets an address have letters again."""
        tools = open_tools(self.clinic.home, load_settings(self.clinic.home))
        with tools.store.begin() as memory:
            allow(memory, "2026-03-04T18:05:00Z", "all", "asked for it", "Mira", address)
        tools.store.close()

    def unsettle(self, patient: str) -> None:
        """Let it be unknown whether the letter left."""
        with sqlite3.connect(self.clinic.database) as database:
            database.execute(
                "UPDATE letters SET state = 'unknown', sent_at = '' WHERE id = ?", self.letter(patient)[:1]
            )

    def decisions(self) -> list[tuple[str, str, str]]:
        return self.clinic.ask("SELECT what, who, reason FROM decisions ORDER BY id")


@pytest.fixture
def mailbox(
    wednesday: Clinic, dovecot: Dovecot, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Read:
    monkeypatch.setenv("CLINIC_IMAP_PASSWORD", PASSWORD)
    user = re.sub(r"[^a-z0-9]", "", request.node.name.lower())[-60:]
    return Read(wednesday.copied(tmp_path / "clinic"), dovecot, user)


def test_a_bounce_for_good_stops_the_address_that_the_letter_went_to(mailbox: Read) -> None:
    _, message_id, _ = mailbox.letter("Jo")
    mailbox.put(bounce("jo.forwarded@elsewhere.example", message_id))
    ran = mailbox.read()
    assert (ran.code, ran.counts) == (0, {"mails read": 1, "letters bounced": 1, "addresses stopped": 1})
    assert mailbox.stops() == [(JO, "all", "bounce")]
    (reason,) = mailbox.clinic.ask("SELECT reason FROM stops")
    assert reason == "letters cannot be delivered: 550 5.1.1 no such user"


def many_reminded(mailbox: Read, patients: int) -> list[str]:
    """So many patients get a reminder at half past nine; their first names."""
    names = [f"P{number:02d}" for number in range(patients)]
    mailbox.clinic.export(*(appointment(name, "2026-03-06 14:00", "booked") for name in names), name="more.csv")
    mailbox.clinic.pull("2026-03-04 09:25")
    assert mailbox.clinic.send("2026-03-04 09:30").counts["letters sent"] == patients
    return names


def test_so_many_bounces_at_once_that_a_server_is_at_fault_stop_nobody_until_a_person_says_so(mailbox: Read) -> None:
    names = many_reminded(mailbox, 12)
    mailbox.put(*(bounce(f"{name}@patient.example", mailbox.letter(name)[1]) for name in names[:9]))
    mailbox.put(from_person(f"stop {mailbox.letter('Ann')[2]}"))
    ran = mailbox.read()
    assert (ran.code, ran.counts) == (
        FAILED,
        {
            "mails read": 10,
            "letters bounced": 9,
            "wishes to stop": 1,
            "addresses not stopped": 9,
            "addresses stopped": 1,
        },
    )
    assert ran.outcome.failed == (
        "So many letters came back within a day that this tells of a mail server, not of the addresses: 9 addresses "
        "were not stopped. Ask IT to look at the mail server, its relay and the sender's address. If the addresses are "
        "dead after all: `run_jobs.py stop --refused-since 2026-03-04`. If some were stopped before it was seen: "
        "`run_jobs.py allow --refused-since 2026-03-04 --reason WHY`."
    )
    assert mailbox.stops() == [(ANN, "news", "unsubscribe mail")]
    assert (mailbox.read("2026-03-04 10:10").code, len(mailbox.stops())) == (0, 1)
    doubt = "  addresses where nobody is, says a mail server that was not believed; see `stop --help`: 9"
    assert doubt in mailbox.status("2026-03-04 10:11")
    told = CliRunner().invoke(
        cli, ["-C", str(mailbox.clinic.home), "--now", MOMENT, "stop", "--refused-since", "2026-03-04", "--who", "Kim"]
    )
    assert told.output.startswith("9 addresses get no letters from now on;")
    assert mailbox.stops()[1:] == [(f"p{number:02d}@patient.example", "all", "Kim") for number in range(9)]
    assert not any("not believed" in line for line in mailbox.status("2026-03-04 10:12"))


def test_bounces_that_were_believed_before_the_burst_was_seen_are_taken_back_by_one_command(mailbox: Read) -> None:
    names = many_reminded(mailbox, 12)
    bounces = [bounce(f"{name}@patient.example", mailbox.letter(name)[1]) for name in names]
    mailbox.put(*bounces[:4])
    assert mailbox.read().counts["addresses stopped"] == 4
    mailbox.put(*bounces[4:8])
    assert mailbox.read("2026-03-04 11:00").counts["addresses not stopped"] == 4
    allow_them = ["allow", "--refused-since", "2026-03-04", "--reason", "the provider's fault"]
    told = mailbox.clinic.command(*allow_them, moment="2026-03-04 11:05")
    assert told.output == "4 addresses get letters again. What was withdrawn meanwhile is not sent any more.\n"
    assert "Addresses that get no more letters: 0" in mailbox.status("2026-03-04 11:06")
    mailbox.put(bounces[8])
    assert mailbox.read("2026-03-06 11:00").counts["addresses stopped"] == 1  # two days later it is usual again


def test_a_bounce_that_returns_nothing_of_the_letter_stops_a_known_address_and_no_other(mailbox: Read) -> None:
    mailbox.put(bounce("Jo+visits@PATIENT.example"), bounce("a.friend@elsewhere.example"))
    assert mailbox.read().counts == {"mails read": 2, "letters bounced": 2, "addresses stopped": 1}
    assert mailbox.stops() == [(JO, "all", "bounce")]


def test_the_letters_that_wait_for_a_stopped_address_are_withdrawn(mailbox: Read) -> None:
    mailbox.clinic.export(
        appointment("Jo", "2026-03-03 16:00", kind="PT Initial Evaluation"),
        appointment("Jo", "2026-03-06 10:00", "booked"),
    )
    mailbox.clinic.pull("2026-03-04 09:30")
    mailbox.put(bounce(JO, mailbox.letter("Jo")[1]))
    mailbox.read()
    assert mailbox.clinic.send("2026-03-04 10:30").counts.get("letters sent", 0) == 0
    assert mailbox.clinic.fates("Jo", "reminder")[-1] == (
        "withdrawn",
        "letters to this patient or address are stopped",
    )


def test_letters_not_delivered_yet_stop_an_address_only_when_it_happens_again_and_again(mailbox: Read) -> None:
    late = bounce(JO, mailbox.letter("Jo")[1], "4.4.1", "connection timed out", "delayed")
    mailbox.put(*[late] * 4)
    assert mailbox.read().counts == {"mails read": 4, "letters delayed": 4}
    assert mailbox.stops() == []
    mailbox.put(late)
    assert mailbox.read("2026-04-05 10:00").counts == {"mails read": 1, "letters delayed": 1}  # 32 days later
    mailbox.put(*[late] * 4)
    assert mailbox.read("2026-04-06 10:00").counts["addresses stopped"] == 1
    assert mailbox.clinic.ask("SELECT reason FROM stops") == [
        "5 times in 30 days a letter did not get through, at last: 4.4.1 connection timed out"
    ]


def test_a_refusal_for_how_letters_are_sent_stops_nobody_at_once_and_is_told_to_it(mailbox: Read) -> None:
    mailbox.put(bounce(JO, mailbox.letter("Jo")[1], "5.7.26", "550 5.7.26 not authenticated"))
    ran = mailbox.read()
    assert mailbox.stops() == [] and ran.counts == {"mails read": 1, "letters refused": 1}
    assert ran.outcome.notes == (
        "Letters refused for how they are sent, not for their address: 1. Ask IT to look at SPF, DKIM and DMARC.",
    )


def test_a_complaint_stops_the_address_and_the_patient_for_everything(mailbox: Read) -> None:
    mailbox.put(complaint("hidden@provider.example", mailbox.letter("Ann")[1]))
    mailbox.put(complaint(JO, kind="not-spam"))
    assert mailbox.read().counts == {"mails read": 2, "complaints": 1, "left for people": 1, "addresses stopped": 1}
    assert mailbox.stops() == [(ANN, "all", "complaint")]


def test_a_wish_counts_in_subject_and_body_and_from_another_address(mailbox: Read) -> None:
    mailbox.put(
        from_person(f"stop {mailbox.letter('Jo')[2]}", sender="jo.at.work@elsewhere.example"),
        from_person("please", f"stop {mailbox.letter('Ann')[2]}"),
    )
    assert mailbox.read().counts == {"mails read": 2, "wishes to stop": 2, "addresses stopped": 2}
    assert mailbox.stops() == [(JO, "all", "unsubscribe mail"), (ANN, "news", "unsubscribe mail")]


def test_a_wish_follows_the_patient_to_a_new_address(mailbox: Read) -> None:
    mailbox.put(from_person(f"stop {mailbox.letter('Jo')[2]}"))
    mailbox.read()
    mailbox.clinic.export(appointment("Jo", "2026-03-06 10:00", "booked", email="jo.new@patient.example"))
    mailbox.clinic.pull("2026-03-04 10:10")
    mailbox.clinic.send("2026-03-04 10:30")
    assert mailbox.clinic.fates("Jo", "reminder")[-1] == (
        "withdrawn",
        "letters to this patient or address are stopped",
    )


def test_a_made_up_token_changes_nothing(mailbox: Read) -> None:
    token = mailbox.letter("Jo")[2]
    forged = unsubscribe_token(b"a guess" * 5, "lakeside", mailbox.letter("Jo")[0], "care", JO)
    mailbox.put(*(from_person(f"stop {each}") for each in (forged, token[:-1], token[::-1], "x" * 60)))
    assert mailbox.read().counts == {"mails read": 4, "left for people": 4}
    assert mailbox.stops() == []


def test_the_token_of_a_letter_that_a_restored_backup_does_not_know_names_no_other_patient(mailbox: Read) -> None:
    secret, number = (mailbox.clinic.home / "var" / "secret").read_bytes(), mailbox.letter("Ann")[0]
    to_jo = unsubscribe_token(secret, "lakeside", number, "care", JO)  # had the number that Ann's letter has now
    to_nobody = unsubscribe_token(secret, "lakeside", number, "care", "kim@patient.example")
    mailbox.put(from_person(f"stop {to_jo}"), from_person(f"stop {to_nobody}"))
    mailbox.put(bounce("forwarded@elsewhere.example", stop_link=to_nobody))
    assert mailbox.read().counts == {
        "mails read": 3, "wishes to stop": 2, "letters bounced": 1, "addresses stopped": 1,
        "wishes kept until the next pull": 1,
    }  # fmt: skip
    assert mailbox.stops() == [(JO, "all", "unsubscribe mail")]
    mailbox.clinic.export(appointment("Kim", "2026-03-06 10:00", "booked"))
    mailbox.clinic.pull("2026-03-04 10:10")
    assert mailbox.stops() == [(JO, "all", "unsubscribe mail"), ("kim@patient.example", "all", "unsubscribe mail")]
    mailbox.clinic.send("2026-03-04 10:30")
    assert [state for state, _ in mailbox.clinic.fates("Kim", "reminder")] == ["withdrawn"]


def test_no_mail_is_acted_on_twice_and_nothing_in_the_mailbox_changes(mailbox: Read) -> None:
    late = bounce(JO, mailbox.letter("Jo")[1], "4.4.1", "connection timed out", "delayed")
    mailbox.put(late, from_person("Re: Your visit", "See you."), from_person("Out of office: Your visit"))
    before = mailbox.server.looks(mailbox.user)
    first, second = mailbox.read(), mailbox.read("2026-03-04 10:10")
    assert first.counts == {"mails read": 3, "letters delayed": 1, "left for people": 1, "automatic replies": 1}
    assert (second.code, second.counts) == (0, {})
    assert mailbox.server.looks(mailbox.user) == before
    assert mailbox.clinic.ask("SELECT kind, address_key, detail FROM mailbox_messages ORDER BY id") == [
        ("delay", JO, "4.4.1 connection timed out"), ("other", "", ""), ("automatic", "", "")
    ]  # fmt: skip


def test_a_mailbox_that_was_moved_and_numbers_its_mails_anew_is_not_acted_on_twice(mailbox: Read) -> None:
    late = bounce(JO, mailbox.letter("Jo")[1], "4.4.1", "connection timed out", "delayed")
    mailbox.put(late, from_person(f"stop {mailbox.letter('Ann')[2]}"))
    mailbox.read()
    mailbox.allow(ANN)
    mailbox.server.forget_numbers(mailbox.user)
    assert mailbox.read("2026-03-04 10:10").counts == {"mails read": 2, "letters delayed": 1, "wishes to stop": 1}
    assert mailbox.stops() == [(ANN, "news", "unsubscribe mail"), (ANN, "all", "Mira")]


def test_a_reading_that_breaks_off_keeps_what_it_read_and_the_next_one_goes_on(
    mailbox: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = bounce(JO, mailbox.letter("Jo")[1], "4.4.1", "connection timed out", "delayed")
    mailbox.put(*[late] * 3)
    monkeypatch.setattr("jobs.mail.mailbox.imap.AT_ONCE", 2)
    fetch = ImapMailbox._fetch

    def hung_up(box: ImapMailbox, uid: int) -> bytes:
        if uid == 3:
            raise ConnectionResetError(104, "Connection reset by peer")
        return fetch(box, uid)

    monkeypatch.setattr(ImapMailbox, "_fetch", hung_up)
    broken = mailbox.read()
    assert (broken.code, broken.counts) == (FAILED, {"mails read": 2, "letters delayed": 2})
    assert broken.outcome.failed == (
        f"The mailbox at 127.0.0.1:{mailbox.server.port} answered something that cannot be read, or hung up. "
        "The next run tries again."
    )
    monkeypatch.setattr(ImapMailbox, "_fetch", fetch)
    assert mailbox.read("2026-03-04 10:10").counts == {"mails read": 1, "letters delayed": 1}
    assert mailbox.read("2026-03-04 10:20").counts == {}


def test_the_first_reading_looks_two_weeks_back(mailbox: Read) -> None:
    letter = bounce(JO, mailbox.letter("Jo")[1])
    mailbox.put(letter, at=datetime(2026, 2, 16, 12, 0, tzinfo=UTC))  # the server counts days, in a zone of its own
    assert mailbox.read().counts == {}
    mailbox.put(letter)
    assert mailbox.read().counts["addresses stopped"] == 1


def test_a_bounce_from_the_office_that_gets_all_letters_on_trial_says_nothing_of_a_patient(mailbox: Read) -> None:
    mailbox.clinic.edit("config/clinic.yaml", 'redirect_to: ""', "redirect_to: office@lakeside.example")
    mailbox.put(bounce("office@lakeside.example", mailbox.letter("Jo")[1]))
    assert mailbox.read().counts == {"mails read": 1, "letters bounced": 1}
    assert mailbox.stops() == []


@pytest.mark.parametrize("folder", ["Sent", "Archive of letters", "INBOX"])
def test_a_letter_that_may_have_left_is_settled_by_its_copy(mailbox: Read, folder: str) -> None:
    mailbox.settings_more("sent_folders: [Sent, Archive of letters]")
    _, message_id, _ = mailbox.letter("Jo")
    mailbox.unsettle("Jo"), mailbox.unsettle("Ann")
    copy = from_person("Your visit", "Hello.", "hello@lakeside.example", f"Message-ID: {message_id}\r\n")
    mailbox.put(copy, folder=folder, at=datetime(2026, 1, 1, tzinfo=UTC))
    ran = mailbox.read()
    assert ran.counts == {"unknown letters settled": 1}
    assert mailbox.decisions() == [("mark-sent", "the mailbox", f"a copy lies in the folder {folder}")]
    assert mailbox.clinic.in_state("unknown") == {("Ann", "review_request")}
    assert mailbox.clinic.ask("SELECT sent_at FROM letters WHERE id = ?", mailbox.letter("Jo")[0]) != [""]


def test_a_letter_that_may_have_left_is_settled_by_whatever_answers_it(mailbox: Read) -> None:
    mailbox.unsettle("Jo"), mailbox.unsettle("Ann")
    reply = f"In-Reply-To: {mailbox.letter('Jo')[1]}\r\n"
    mailbox.put(from_person("Re: Your visit", "Thank you.", JO, reply), bounce(ANN, mailbox.letter("Ann")[1]))
    assert mailbox.read().counts["unknown letters settled"] == 2
    assert set(mailbox.decisions()) == {("mark-sent", "the mailbox", "it is quoted by a mail that came back")}
    assert mailbox.clinic.in_state("unknown") == set()


def test_what_came_back_and_needs_a_person_stands_in_status_until_it_is_old_or_settled(mailbox: Read) -> None:
    mailbox.put(
        bounce(JO, mailbox.letter("Jo")[1]),
        bounce(ANN, mailbox.letter("Ann")[1], "5.7.26", "550 5.7.26 not authenticated"),
        from_person("unsubscribe"),
    )
    assert mailbox.read().outcome.notes[0] == (
        "Mails that seem to ask for no more letters in their own words: 1. "
        "Read them, then run `run_jobs.py stop ADDRESS`."
    )
    waits = [
        "  patients' addresses that letters do not reach; `stop` lists them: 1",
        "  mails of the last 7 days that seem to ask for no more letters in their own words: 1",
        "  letters of the last 7 days refused for how they are sent (IT: SPF, DKIM, DMARC): 1",
    ]
    assert [line for line in mailbox.status("2026-03-04 10:10") if line in waits] == waits
    mailbox.clinic.export(appointment("Jo", "2026-03-06 10:00", "booked", email="jo.right@patient.example"))
    mailbox.clinic.pull("2026-03-04 10:20")
    assert [line for line in mailbox.status("2026-03-04 10:30") if line in waits] == waits[1:]
    assert [line for line in mailbox.status("2026-03-12 10:30") if line in waits] == []


def test_no_import_clears_a_stop(mailbox: Read) -> None:
    """Not the same row again, not consent in the export, not another spelling, not another patient of that address."""
    mailbox.put(from_person(f"stop {mailbox.letter('Jo')[2]}"))
    mailbox.read()
    rows = [
        appointment("Jo", f"2026-03-06 {10 + number}:00", "booked", booked_at="2026-03-03 09:00", **more)
        for number, more in enumerate(SPELLINGS)
    ]
    for number, row in enumerate(rows):  # each with the next export
        mailbox.clinic.export(row)
        mailbox.clinic.pull(f"2026-03-04 10:1{number}")
    mailbox.clinic.send("2026-03-04 15:00")
    fates = mailbox.clinic.fates("Jo", "reminder")[-len(SPELLINGS) :]
    assert fates == [("withdrawn", "letters to this patient or address are stopped")] * len(SPELLINGS)
    assert mailbox.clinic.in_state("sent") == {("Jo", "after_evaluation"), ("Ann", "review_request")}
    assert mailbox.stops() == [(JO, "all", "unsubscribe mail")]


SPELLINGS: list[Row] = [
    {},
    {"email": "JO@Patient.EXAMPLE"},
    {"email": "jo+pt@patient.example"},
    {"email": "jo@patient.example; ann@patient.example"},
    {"patient_id": "another", "email": "Jo@patient.example"},
]


def test_run_all_reads_the_mailbox_before_any_letter_is_decided_on(mailbox: Read) -> None:
    everything = ["-C", str(mailbox.clinic.home), "--now", MOMENT, "run", "all"]
    mailbox.put(bounce(JO, mailbox.letter("Jo")[1]))
    ran = CliRunner().invoke(cli, everything)
    jobs = [line.partition(":")[0] for line in ran.output.splitlines() if not line.startswith(" ")]
    assert jobs == ["pull_appointments", "read_mailbox", "send_follow_ups", "summarize_referrals"]
    assert ran.exit_code == 0 and mailbox.stops() == [(JO, "all", "bounce")]
    times = dict(mailbox.clinic.ask("SELECT job, id FROM runs WHERE started_at = '2026-03-04T18:00:00Z'"))
    assert times["read_mailbox"] < times["send_follow_ups"]
