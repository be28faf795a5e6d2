"""A mailbox read by IMAP (RFC 3501): opened read-only, fetched by PEEK, so that nobody sees that it was read."""

import imaplib
import socket
import ssl
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime

from imap_tools import AND, BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from jobs.machine.connections import HUNG_UP, line_words
from jobs.mail.mailbox.records import AT_ONCE, LARGEST, Batch, Mail, MailboxUnusable
from jobs.mail.passwords import NoPassword, find_password, place_of
from jobs.mail.settings import Mailbox as Settings
from jobs.mail.sign_in_tries import SignInTries
from jobs.mail.transports.smtp_replies import masked

_HOLDS_COPIES = frozenset({"\\Sent", "\\All"})  # RFC 6154
_NOT_NOW = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")  # RFC 5530
_MOST_LOOKED_FOR = 200


class ImapMailbox:
    """The clinic's mailbox, signed in. `tries` remembers a sign-in that is refused."""

    def __init__(self, settings: Settings, environment: Mapping[str, str], tries: SignInTries | None = None) -> None:
        self._settings, self._tries = settings, tries
        self._limit = _Limit(settings.run_seconds)
        try:
            password = find_password(settings, environment, "the mailbox")
        except NoPassword as reason:
            raise MailboxUnusable(str(reason)) from None
        if tries and (why := tries.why_not_yet()):
            raise MailboxUnusable(why)
        with self._in_sentences():
            self._box = _Box(settings, self._limit)
        try:
            with self._in_sentences():
                self._sign_in(password)
        except MailboxUnusable:
            self.close()
            raise

    @property
    def name(self) -> str:
        return self._settings.name

    def _sign_in(self, password: str) -> None:
        try:
            enter = self._box.login if (self._settings.user + password).isascii() else self._box.login_utf8
            enter(self._settings.user, password, initial_folder=None)
        except (MailboxLoginError, imaplib.IMAP4.error) as refused:
            if isinstance(refused, imaplib.IMAP4.abort):
                raise
            raise MailboxUnusable(self._refused(_answer(refused))) from None
        if self._tries:
            self._tries.accepted()

    def _refused(self, answer: str) -> str:
        told = f": {masked(answer, self._settings.user).rstrip('.')}" if answer else ""
        if answer.upper().startswith(_NOT_NOW):
            return f"{self._settings.host} cannot check the sign-in to the mailbox now{told}. The next run tries again."
        words = (
            f"{self._settings.host} refused the sign-in to the mailbox{told}. Check user under mail.mailbox, put the "
            f"present password into {place_of(self._settings)} (many servers want an app password) and run the job "
            "again."
        )
        return self._tries.refused(words) if self._tries else words

    def new_mail(
        self, read_up_to: str, since: datetime, known: Callable[[Collection[str]], set[str]]
    ) -> Iterator[Batch]:
        with self._in_sentences():
            validity = self._open(self._settings.folder)
            before, _, last = read_up_to.partition(".")
            wanted = f"UNDRAFT UID {int(last) + 1}:*" if before == validity else f"UNDRAFT {AND(date_gte=since.date())}"
            newest = int(last) if before == validity else 0
            # `7:*` names the newest mail even where that is older than 7
            uids = sorted(uid for uid in map(int, self._box.uids(wanted, charset=None)) if uid > newest)
        for start in range(0, len(uids), AT_ONCE):
            part = uids[start : start + AT_ONCE]
            read_before = known([f"{validity}.{uid}" for uid in part])
            with self._in_sentences():
                mails = [
                    Mail(name, data)
                    for uid in part
                    if (name := f"{validity}.{uid}") not in read_before and (data := self._fetch(uid))
                ]
            yield Batch(mails, f"{validity}.{part[-1]}")

    def _open(self, folder: str) -> str:
        """Open a folder to read only; give the number that says whether its mails still have their numbers."""
        try:
            self._box.folder.set(folder, readonly=True)
        except MailboxFolderSelectError:
            raise MailboxUnusable(
                f'The mailbox at {self._settings.host} has no folder "{folder}" that can be read. '
                "Write the name of the folder that answers arrive in under mail.mailbox.folder."
            ) from None
        told = self._box.client.response("UIDVALIDITY")[1]
        return told[0].decode("ascii") if told and isinstance(told[0], bytes) else "0"

    def _fetch(self, uid: int) -> bytes:
        """The beginning of a mail; nothing where somebody has deleted it meanwhile."""
        state, told = self._box.client.uid("fetch", str(uid), f"(BODY.PEEK[]<0.{LARGEST}>)")
        if state != "OK":
            raise imaplib.IMAP4.error("FETCH")
        return next((part[1] for part in told if isinstance(part, tuple)), b"")

    def copies_of(self, message_ids: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        with self._in_sentences():
            for folder in self._folders_of_copies():
                missing = [each for each in message_ids[:_MOST_LOOKED_FOR] if each not in found]
                if missing:
                    self._open(folder)
                for each in missing:  # a draft is no proof
                    if self._box.uids(f'UNDRAFT HEADER Message-ID "{each}"', charset=None):
                        found[each] = folder
        return found

    def _folders_of_copies(self) -> list[str]:
        """Where copies of what was sent lie: what the server calls so, what the settings name, and the folder itself,
        where an archive that gets a copy of each letter may be."""
        there = {folder.name: set(folder.flags) for folder in self._box.folder.list()}
        called = [name for name, flags in there.items() if flags & _HOLDS_COPIES]
        named = [name for name in self._settings.sent_folders if name in there]
        return list(dict.fromkeys((*called, *named, self._settings.folder)))

    @contextmanager
    def _in_sentences(self) -> Iterator[None]:
        """Whatever goes wrong within leaves as MailboxUnusable."""
        where = f"The mailbox at {self._settings.host}:{self._settings.port}"
        try:
            yield
        except (OSError, imaplib.IMAP4.error, ImapToolsError, ValueError, AttributeError) as trouble:
            if self._limit.over:
                raise MailboxUnusable(
                    f"{where} was too slow: not all was read within {self._settings.run_seconds:g} seconds. "
                    "What was read is kept; the next run goes on."
                ) from None
            raise MailboxUnusable(f"{where} {_what_is_wrong(trouble, self._settings)}") from None

    def close(self) -> None:
        with suppress(Exception):
            if hasattr(self, "_box") and not self._limit.over:
                self._box.client.sock.settimeout(min(5.0, self._settings.command_seconds))
                self._box.logout()
        self._limit.end()


class _Box(BaseMailBox):
    """imap-tools' mailbox on a connection that ends in time."""

    def __init__(self, settings: Settings, limit: "_Limit") -> None:
        self._settings, self._limit = settings, limit
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        encryption = None if self._settings.security == "none" else ssl.create_default_context()
        at_once = encryption if self._settings.security == "tls" else None
        client = _Client(self._settings, self._limit, at_once)
        if self._settings.security == "starttls":
            client.starttls(encryption)
        return client


class _Client(imaplib.IMAP4):
    def __init__(self, settings: Settings, limit: "_Limit", encryption: ssl.SSLContext | None) -> None:
        self._limit, self._encryption = limit, encryption
        super().__init__(settings.host, settings.port, timeout=settings.command_seconds)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        line = socket.create_connection((self.host, self.port), timeout)
        self._limit.watch(line)
        return self._encryption.wrap_socket(line, server_hostname=self.host) if self._encryption else line


class _Limit:
    """Hangs up when the time of the whole reading is over: a timeout of the socket begins anew with each byte."""

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._seconds = seconds
        self._line: socket.socket | None = None
        self._timer: threading.Timer | None = None

    def watch(self, line: socket.socket) -> None:
        self._line = line.dup()  # the encryption takes the other one for itself
        self._timer = threading.Timer(self._seconds, self._hang_up)
        self._timer.daemon = True
        self._timer.start()

    def _hang_up(self) -> None:
        self.over = True
        with suppress(OSError):
            assert self._line is not None
            self._line.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        if self._timer and self._line:
            self._timer.cancel()
            self._timer.join()
            self._line.close()


def _answer(refused: Exception) -> str:
    """The server's words, as far as they are words."""
    told = refused.command_result[1] if isinstance(refused, MailboxLoginError) else refused.args[:1]
    first = told[0] if told else ""
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)


def _what_is_wrong(trouble: Exception, settings: Settings) -> str:
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return f"shows a certificate that is not right ({line_words(trouble)}). Check host under mail.mailbox."
    if isinstance(trouble, ssl.SSLError):
        return "does not speak TLS there. Check port and security under mail.mailbox."
    if isinstance(trouble, TimeoutError):
        return f"did not answer within {settings.command_seconds:g} seconds. The next run tries again."
    if isinstance(trouble, socket.gaierror):
        return "is not found: no machine has this name. Check host under mail.mailbox."
    if isinstance(trouble, OSError) and not isinstance(trouble, HUNG_UP):
        return f"cannot be reached: {trouble.strerror or type(trouble).__name__}. The next run tries again."
    return "answered something that cannot be read, or hung up. The next run tries again."
