"""The mailbox over a real connection: it is read in bounded time, and whatever is wrong is one plain sentence."""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from select import select

import pytest
from dovecot import CERTIFICATE, PASSWORD, Dovecot, serving_mailboxes

from jobs.mail.mailbox.imap import ImapMailbox
from jobs.mail.mailbox.records import AT_ONCE, LARGEST, Batch, MailboxUnusable
from jobs.mail.settings import Mailbox
from jobs.mail.sign_in_tries import SignInTries

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
SECRETS = {"CLINIC_IMAP_PASSWORD": PASSWORD}


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with serving_mailboxes() as server:
        yield server


def settings(port: int, **more: object) -> Mailbox:
    usual = {"by": "imap", "host": "127.0.0.1", "port": port, "security": "none", "user": "hello"}
    return Mailbox(**(usual | more))  # type: ignore[arg-type]


def read(box: Mailbox, read_up_to: str = "", known: frozenset[str] = frozenset()) -> list[Batch]:
    mailbox = ImapMailbox(box, SECRETS)
    try:
        return list(mailbox.new_mail(read_up_to, SINCE, lambda uids: known & set(uids)))
    finally:
        mailbox.close()


def trouble(box: Mailbox, secrets: dict[str, str] | None = None) -> str:
    with pytest.raises(MailboxUnusable) as told:
        mailbox = ImapMailbox(box, SECRETS if secrets is None else secrets)
        try:
            list(mailbox.new_mail("", SINCE, lambda uids: set()))
        finally:
            mailbox.close()
    return str(told.value)


def numbered(count: int) -> list[bytes]:
    return [b"Subject: %d\r\n\r\nHello.\r\n" % number for number in range(count)]


def test_mail_comes_oldest_first_in_batches_and_the_next_reading_goes_on_behind_it(dovecot: Dovecot) -> None:
    dovecot.put("batches", *numbered(AT_ONCE + 2))
    first, second = read(settings(dovecot.port, user="batches"))
    assert [len(first.mails), len(second.mails)] == [AT_ONCE, 2]
    assert [mail.data for mail in (*first.mails, *second.mails)] == numbered(AT_ONCE + 2)
    assert second.read_up_to == second.mails[-1].uid
    assert read(settings(dovecot.port, user="batches"), second.read_up_to) == []
    (again,) = read(settings(dovecot.port, user="batches"), first.read_up_to, frozenset({second.mails[0].uid}))
    assert again.mails == [second.mails[1]]


def test_of_a_mail_with_large_attachments_the_beginning_is_fetched(dovecot: Dovecot) -> None:
    dovecot.put("large", b"Subject: x\r\n\r\n" + b"y" * 78 * LARGEST)
    ((mail,), _) = read(settings(dovecot.port, user="large"))[0]
    assert len(mail.data) == LARGEST and mail.data.startswith(b"Subject: x")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_way_to_the_mailbox_is_encrypted_and_the_certificate_checked(
    dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    dovecot.put(f"by{security}", *numbered(1))
    box = settings(dovecot.port, host="localhost", user=f"by{security}", security=security)
    box = settings(dovecot.tls_port, host="localhost", user="bytls", security="tls") if security == "tls" else box
    assert trouble(box).startswith(f"The mailbox at localhost:{box.port} shows a certificate that is not right (")
    assert trouble(box).endswith("certificate). Check host under mail.mailbox.")
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    monkeypatch.setattr("jobs.mail.mailbox.imap.ssl.create_default_context", lambda: trusting)
    assert len(read(box)[0].mails) == 1


def test_a_refused_sign_in_says_what_to_do_and_never_the_password(dovecot: Dovecot) -> None:
    assert trouble(settings(dovecot.port), {"CLINIC_IMAP_PASSWORD": "wrong-one"}) == (
        "127.0.0.1 refused the sign-in to the mailbox: [AUTHENTICATIONFAILED] Authentication failed. Check user under "
        "mail.mailbox, put the present password into the environment variable CLINIC_IMAP_PASSWORD (many servers want "
        "an app password) and run the job again."
    )


def test_a_wrong_password_is_not_tried_again_with_every_run_and_another_one_at_once(
    dovecot: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, wrong = settings(dovecot.port), {"CLINIC_IMAP_PASSWORD": "wrong-one"}

    def enter(minutes: int, secrets: dict[str, str]) -> None:
        now = datetime(2026, 3, 4, 9, tzinfo=UTC) + timedelta(minutes=minutes)
        ImapMailbox(box, secrets, SignInTries("imap", tmp_path, now, box, secrets)).close()

    with pytest.raises(MailboxUnusable) as first:
        enter(0, wrong)
    assert str(first.value).endswith(
        "and run the job again. The same sign-in is tried next on 2026-03-04 at 10:00, so that the account is not "
        "locked; with another password, user or server, or by `run_jobs.py run read_mailbox`, at once."
    )
    tried = list[object]()
    with monkeypatch.context() as watched, pytest.raises(MailboxUnusable) as second:
        watched.setattr("jobs.mail.mailbox.imap._Box", lambda *given: tried.append(given))
        enter(50, wrong)
    assert (str(second.value), tried) == (str(first.value), [])
    with pytest.raises(MailboxUnusable, match="tried next on 2026-03-04 at 13:00"):
        enter(60, wrong)
    enter(70, SECRETS)
    assert [*tmp_path.iterdir()] == []


def test_a_password_in_letters_outside_ascii_is_refused_as_any_other(dovecot: Dovecot) -> None:
    told = trouble(settings(dovecot.port), {"CLINIC_IMAP_PASSWORD": "Süßwasser"})
    assert told.startswith("127.0.0.1 refused the sign-in to the mailbox") and "Süßwasser" not in told


def test_a_folder_that_is_not_there_is_named(dovecot: Dovecot) -> None:
    assert trouble(settings(dovecot.port, folder="Answers")) == (
        'The mailbox at 127.0.0.1 has no folder "Answers" that can be read. '
        "Write the name of the folder that answers arrive in under mail.mailbox.folder."
    )


def test_a_missing_password_and_one_that_others_can_read_are_named(tmp_path: Path) -> None:
    assert trouble(settings(1), {}) == (
        "There is no password for the mailbox. Put it into the environment variable CLINIC_IMAP_PASSWORD."
    )
    file = tmp_path / "password"
    file.write_text(PASSWORD)
    file.chmod(0o644)
    told = f"Others can read the password file {file}. Run: chmod 600 {file}"
    assert trouble(settings(1, password_file=str(file)), {}) == told


def test_a_password_in_a_file_that_only_its_owner_can_read_opens_the_mailbox(dovecot: Dovecot, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    file.chmod(0o600)
    ImapMailbox(settings(dovecot.port, password_file=str(file)), {}).close()


def test_a_server_that_is_not_there_or_has_no_such_name_is_one_sentence() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        assert trouble(settings(port)) == (
            f"The mailbox at 127.0.0.1:{port} cannot be reached: Connection refused. The next run tries again."
        )
    assert trouble(settings(143, host="no-such-machine.invalid", security="starttls")) == (
        "The mailbox at no-such-machine.invalid:143 is not found: no machine has this name. "
        "Check host under mail.mailbox."
    )


Script = Callable[[socket.socket], None]


@contextmanager
def misbehaving(script: Script) -> Iterator[int]:
    """A server that does with each connection what the script says."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    line, _ = listening.accept()
                    with line, suppress(OSError):
                        script(line)

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def never_speaks(line: socket.socket) -> None:
    line.recv(1)


def speaks_a_letter_at_a_time(line: socket.socket) -> None:
    while not select([line], [], [], 0.02)[0]:  # until it is hung up
        line.sendall(b"*")


def talks_nonsense(line: socket.socket) -> None:
    line.sendall(b"220 this is a mail server of another kind\r\n")
    while line.recv(1000):  # to the end: what is closed with bytes unread breaks off, and its words may be lost
        pass


def hangs_up(line: socket.socket) -> None:
    line.sendall(b"* OK hello\r\n")


def breaks_off(line: socket.socket) -> None:
    """Hangs up without a goodbye, as a machine does that is switched off: what was sent may be lost with it."""
    line.sendall(b"* OK hello\r\n")
    line.recv(1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


NEXT = "The next run tries again."


@pytest.mark.parametrize(
    ("script", "more", "told"),
    [
        (never_speaks, {"command_seconds": 0.1}, f"did not answer within 0.1 seconds. {NEXT}"),
        (
            speaks_a_letter_at_a_time,
            {"run_seconds": 0.2},
            "was too slow: not all was read within 0.2 seconds. What was read is kept; the next run goes on.",
        ),
        (talks_nonsense, {}, f"answered something that cannot be read, or hung up. {NEXT}"),
        (hangs_up, {}, f"answered something that cannot be read, or hung up. {NEXT}"),
        (breaks_off, {}, f"answered something that cannot be read, or hung up. {NEXT}"),
        (talks_nonsense, {"security": "tls"}, "does not speak TLS there. Check port and security under mail.mailbox."),
    ],
)
def test_a_server_that_misbehaves_ends_in_time_and_in_one_sentence(
    script: Script, more: dict[str, object], told: str
) -> None:
    began = time.monotonic()
    with misbehaving(script) as port:
        assert trouble(settings(port, **more)) == f"The mailbox at 127.0.0.1:{port} {told}"
    assert time.monotonic() - began < 45  # the shortest of the usual limits is a minute
