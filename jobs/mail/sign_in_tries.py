"""A sign-in that was refused is tried again after pauses that grow: a provider locks the account of who tries a wrong
password all day.

What was refused is remembered in a small file of the state folder, which is there only until a sign-in succeeds. Of the
password it holds two bytes of a salted hash: enough to see that it is another one now, too little to guess it from.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, Protocol

from jobs.machine.whole_files import write_whole
from jobs.mail.passwords import NoPassword, WhereItIs, find_password
from jobs.mail.settings import REFUSED_SIGN_INS

_JOBS = {"smtp": "send_follow_ups", "imap": "read_mailbox"}


class Account(WhereItIs, Protocol):
    """Where somebody signs in."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def security(self) -> str: ...
    @property
    def user(self) -> str: ...


def pause_after(refused: int) -> timedelta:
    """How long a sign-in rests that was refused so many times in a row: four tries on the first day, then two a day."""
    return timedelta(hours=min(12, 3 ** (min(refused, 9) - 1)))


class _Refused(NamedTuple):
    """What was refused last, how often in a row, when (UTC text), and the server's words with the remedy."""

    account: str
    salt: str
    times: int
    at: str
    words: str


class SignInTries:
    """The refused sign-ins of one way, `smtp` or `imap`."""

    def __init__(
        self, way: str, state_dir: Path, now: datetime, account: Account, environment: Mapping[str, str]
    ) -> None:
        self._file, self._job = state_dir / REFUSED_SIGN_INS[way], _JOBS[way]
        self._now, self._account, self._environment = now, account, environment

    def why_not_yet(self) -> str:
        """The sentence of the last refusal, where it is too early to try the very same once more, else ""."""
        known = _read(self._file)
        if known is None or known.account != self._present(known.salt) or not known.at:
            return ""
        at, resting = datetime.fromisoformat(known.at), pause_after(known.times)
        return self._sentence(known) if at <= self._now < at + resting else ""

    def refused(self, words: str) -> str:
        """Remember that it was refused, in these words; the same with when it is tried again."""
        known = _read(self._file)
        salt = known.salt if known else os.urandom(8).hex()
        account = self._present(salt)
        times = known.times + 1 if known and known.account == account else 1
        new = _Refused(account, salt, times, self._now.astimezone(UTC).isoformat(), words)
        try:
            _write(self._file, new)
        except OSError:  # a full disk: it is tried again by the next run
            return words
        return self._sentence(new)

    def accepted(self) -> None:
        """Forget what was refused before."""
        with suppress(OSError):
            self._file.unlink(missing_ok=True)

    def _sentence(self, refused: _Refused) -> str:
        again = datetime.fromisoformat(refused.at).astimezone(self._now.tzinfo) + pause_after(refused.times)
        return (
            f"{refused.words} The same sign-in is tried next on {again:%Y-%m-%d at %H:%M}, so that the account is not "
            f"locked; with another password, user or server, or by `run_jobs.py run {self._job}`, at once."
        )

    def _present(self, salt: str) -> str:
        """What is tried now: the account, and which password, without telling it."""
        account, changed = self._account, 0
        try:
            password = find_password(account, self._environment, "the account")
        except NoPassword:
            password = ""
        with suppress(OSError):
            changed = os.stat(account.password_file).st_mtime_ns if account.password_file else 0
        print_of_it = blake2b(password.encode("utf-8", "replace"), digest_size=2, salt=bytes.fromhex(salt)).hexdigest()
        return f"{account.user} at {account.host}:{account.port} {account.security} {changed} {print_of_it}"


def try_at_once(state_dir: Path) -> None:
    """Somebody asks for it now: what was refused is tried again without a pause."""
    for name in REFUSED_SIGN_INS.values():
        if refused := _read(state_dir / name):
            with suppress(OSError):
                _write(state_dir / name, refused._replace(at=""))


def _read(file: Path) -> _Refused | None:
    """What was refused last; None where nothing was, or the file is damaged."""
    try:
        return _Refused(**json.loads(file.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _write(file: Path, refused: _Refused) -> None:
    write_whole(file, json.dumps(refused._asdict()).encode())
