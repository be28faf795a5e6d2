"""A real IMAP server (dovecot) on the loopback address, in a folder of its own, as a user without rights."""

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from imap_tools import MailBoxUnencrypted

PROGRAM = shutil.which("dovecot") or ("/usr/sbin/dovecot" if Path("/usr/sbin/dovecot").exists() else "")
CERTIFICATE = Path(__file__).parent / "loopback_certificate.pem"  # for localhost, made for these tests only
PASSWORD = "open-sesame"
MARCH_4 = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)
_SETTINGS = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/certificate.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
"""


@dataclass
class Dovecot:
    """Whoever signs in with the password has a mailbox."""

    folder: Path
    port: int
    tls_port: int

    def put(self, user: str, *mails: bytes, folder: str = "INBOX", at: datetime = MARCH_4) -> None:
        """Let mails come in."""
        with MailBoxUnencrypted("127.0.0.1", self.port).login(user, PASSWORD, None) as box:
            if folder != "INBOX" and not box.folder.exists(folder):
                box.folder.create(folder)
            for mail in mails:
                box.append(mail, folder, at)

    def looks(self, user: str) -> Mapping[str, bytes]:
        """All files of a mailbox, by name: the names hold what was marked as read. The indexes are dovecot's own."""
        home = self.folder / "mail" / user
        files = (path for path in home.rglob("*") if path.is_file() and not path.name.startswith("dovecot"))
        return {str(path.relative_to(home)): path.read_bytes() for path in files}

    def forget_numbers(self, user: str) -> None:
        """Number all mails anew, as a server does that was moved: another UIDVALIDITY."""
        home = self.folder / "mail" / user
        for path in home.glob("dovecot*"):
            path.unlink()
        (home / "dovecot-uidlist").write_text("3 V1999999999 N1 G0123456789abcdef0123456789abcdef\n")
        os.chown(home / "dovecot-uidlist", *_who()[:2])


def _who() -> tuple[int, int, str, str]:
    """Whom the server runs as: this user, or, where that is root, nobody."""
    user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    return user.pw_uid, user.pw_gid, user.pw_name, grp.getgrgid(user.pw_gid).gr_name


def _free_ports() -> tuple[int, int]:
    """Two ports, never the same."""
    with socket.socket() as one, socket.socket() as other:
        for taken in (one, other):
            taken.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1]), int(other.getsockname()[1])


@contextmanager
def serving_mailboxes() -> Iterator[Dovecot]:
    """Start the server, and stop it in the end."""
    if not PROGRAM:
        pytest.skip("dovecot is not installed on this machine")
    uid, gid, user, group = _who()
    folder = Path(tempfile.mkdtemp(prefix="mailboxes-"))
    server = Dovecot(folder, *_free_ports())
    values = {"folder": folder, "user": user, "group": group, "uid": uid, "gid": gid, "password": PASSWORD}
    (folder / "certificate.pem").write_bytes(CERTIFICATE.read_bytes())
    (folder / "settings").write_text(_SETTINGS.format(**values, port=server.port, tls_port=server.tls_port))
    for path in (folder, *folder.iterdir()):
        os.chown(path, uid, gid)
    other = {"user": uid, "group": gid, "extra_groups": []} if os.getuid() == 0 else {}
    command = [PROGRAM, "-F", "-c", str(folder / "settings")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, **other)  # type: ignore[call-overload]
    try:
        _wait_until_it_answers(server, process)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_it_answers(server: Dovecot, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", server.port), 60) as line:
                if line.recv(100).startswith(b"* OK"):
                    return
        except OSError:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.01)
    log = server.folder / "log"
    why = log.read_text("utf-8", "replace")[-300:] if log.exists() else "it wrote no log"
    pytest.skip(f"dovecot does not start on this machine: {why}")
