"""Letters through the Gmail API, each as a draft first: a draft that is sent twice makes one mail.

Gmail deletes a draft as it sends it. Its name is on disk before it is sent, so that afterwards the draft itself tells
what became of the letter: still there, the letter never left; gone, it left.
"""

import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.google.scopes import SEND_LETTERS
from jobs.google.settings import Google
from jobs.google.trouble import Busy, GoogleTrouble, NoAnswer, Refused, SignInNeeded, Unreachable
from jobs.mail.message import recipients_of
from jobs.mail.records import MAY_HAVE_LEFT, SOME_DRAFT, Marks, Ready, Result, RunStopped, SignInRefused, Unclear
from jobs.mail.transports.lost_letters import until_answered

if TYPE_CHECKING:
    from jobs.google.services import Service

MOST_IN_A_ROW = 3
"""So many letters one after another that Google did not answer, or had no room for, end the run."""
_GONE = 404
_TO = re.compile(rb"^To:[^\r]*(?:\r\n[ \t][^\r]*)*\r\n", re.IGNORECASE | re.MULTILINE)


class GmailTransport:
    """The clinic's mailbox at Google. Signs in when the first letter comes."""

    name = "gmail"

    def __init__(
        self, settings: Google, sender: str, state_dir: Path, wait: Callable[[float], object] = time.sleep
    ) -> None:
        self._settings, self._sender, self._state_dir, self._rest = settings, sender, state_dir, wait
        self._service: Service | None = None
        self._run_ends = 0.0
        self._in_a_row = 0
        self._answers = False  # whether Google has said yes or no to any letter of this run

    def deliver(self, letters: Iterator[Ready], marks: Marks) -> Iterator[Result]:
        _, lost = yield from until_answered(self._results(letters, marks), lambda: not self._in_a_row)
        if lost and not self._answers:
            raise RunStopped(f"{lost[-1].detail} The letters wait.")

    def _results(self, letters: Iterator[Ready], marks: Marks) -> Iterator[Result]:
        for letter in letters:
            try:
                result = self._send(letter, marks)
            except SignInNeeded as reason:
                raise SignInRefused(f"{reason} The letters wait.") from None
            except Unreachable as reason:
                raise RunStopped(f"{reason} The letters wait.") from None
            self._answers = self._answers or not self._in_a_row
            yield result
            if self._in_a_row >= MOST_IN_A_ROW:
                raise RunStopped(f"{result.detail} That was so {MOST_IN_A_ROW} times in a row; the other letters wait.")
            if self._in_a_row:
                self._rest(2.0**self._in_a_row)  # Gmail counts what is asked of it in a second

    def _send(self, letter: Ready, marks: Marks) -> Result:
        """One letter as a draft, then sent. SignInNeeded and Unreachable where no letter can leave now."""
        try:
            message = {"message": {"raw": urlsafe_b64encode(addressed(letter)).decode("ascii")}}
        except ValueError as reason:
            return Result(letter.letter_id, "failed", str(reason))
        try:
            draft_id = self._draft(letter, message, marks)
        except (SignInNeeded, Unreachable):
            raise
        except Busy as reason:
            return self._wait(letter, str(reason), None)
        except NoAnswer as reason:
            return self._wait(letter, str(reason), None if letter.draft_id else SOME_DRAFT)
        except Refused as reason:
            return self._refused(letter, reason)
        if not draft_id:
            self._in_a_row = 0
            return Result(letter.letter_id, "sent", "its draft is gone: it had left before", "")
        return self._send_draft(letter, draft_id, marks)

    def _draft(self, letter: Ready, message: dict[str, Any], marks: Marks) -> str:
        """The name of the letter's draft in Gmail, on disk; "" where an earlier draft is gone, hence was sent."""
        drafts, api = self._drafts(), self._opened()
        draft_id = self._found(letter) if letter.draft_id == SOME_DRAFT else letter.draft_id
        if draft_id:  # of an earlier run; what the letter says may have changed since
            marks.drafted(letter.letter_id, draft_id)
            try:
                api.once(drafts.update(userId="me", id=draft_id, body=message))
            except Refused as reason:
                if reason.status != _GONE:
                    raise
                return ""
            return draft_id
        marks.drafting(letter.letter_id)
        draft_id = str(api.once(drafts.create(userId="me", body=message))["id"])
        marks.drafted(letter.letter_id, draft_id)
        return draft_id

    def _found(self, letter: Ready) -> str:
        """The draft of a letter whose name was never heard, "" where there is none."""
        query = self._drafts().list(userId="me", q=f"rfc822msgid:{letter.message_id.strip('<>')}", maxResults=1)
        found = self._opened().read(query).get("drafts") or []
        return str(found[0]["id"]) if found else ""

    def _send_draft(self, letter: Ready, draft_id: str, marks: Marks) -> Result:
        marks.attempted(letter.letter_id)
        try:
            sent = self._opened().once(self._drafts().send(userId="me", body={"id": draft_id}))
        except (Busy, Unreachable, SignInNeeded, Refused) as reason:
            if isinstance(reason, Refused) and reason.status == _GONE:
                self._in_a_row = 0
                return self._gone(letter, draft_id, marks)
            marks.stayed(letter.letter_id)
            if isinstance(reason, Busy):
                return self._wait(letter, str(reason), draft_id)
            if isinstance(reason, Refused):
                return self._refused(letter, reason, draft_id)
            raise
        except NoAnswer as reason:
            self._in_a_row += 1
            return Result(letter.letter_id, "unknown", f"{MAY_HAVE_LEFT}{reason}", draft_id)
        marks.accepted(letter.letter_id)
        self._in_a_row = 0
        return Result(letter.letter_id, "sent", f"Gmail message {sent.get('id', '')}".rstrip(), "")

    def _gone(self, letter: Ready, draft_id: str, marks: Marks) -> Result:
        """A draft that was there a moment ago and cannot be found any more was sent."""
        marks.accepted(letter.letter_id)
        return Result(letter.letter_id, "sent", "its draft is gone: it had left before", "")

    def _wait(self, letter: Ready, why: str, draft_id: str | None) -> Result:
        self._in_a_row += 1
        return Result(letter.letter_id, "deferred", why, draft_id, at_once=True)

    def _refused(self, letter: Ready, reason: Refused, draft_id: str | None = None) -> Result:
        """Google will not take this letter; the next one is another matter."""
        self._in_a_row = 0
        return Result(letter.letter_id, "failed", str(reason), draft_id)

    def _opened(self) -> "Service":
        now = time.monotonic()
        self._run_ends = self._run_ends or now + self._settings.run_seconds
        if now >= self._run_ends:
            minutes = self._settings.run_seconds / 60
            raise RunStopped(f"Sending took longer than {minutes:g} minutes (run_seconds). The other letters wait.")
        if self._service is None:
            from jobs.google.services import open_service

            act_for = self._settings.act_for or self._sender
            self._service = open_service(self._settings, "gmail", "v1", [SEND_LETTERS], self._state_dir, act_for)
        return self._service

    def _drafts(self) -> Any:
        return self._opened().api.users().drafts()

    def what_became(self, unclear: Sequence[Unclear]) -> list[Result]:
        """A draft that is still there was never sent; one that is gone was. Without its name nobody knows."""
        return [found for letter in unclear if letter.draft_id and (found := self._ask(letter))]

    def _ask(self, letter: Unclear) -> Result | None:
        try:
            if letter.draft_id == SOME_DRAFT:
                return None
            self._opened().read(self._drafts().get(userId="me", id=letter.draft_id, format="minimal"))
        except Refused as reason:
            return Result(letter.letter_id, "sent", "its draft is gone") if reason.status == _GONE else None
        except SignInNeeded as reason:
            raise SignInRefused(f"{reason} The letters wait.") from None
        except GoogleTrouble as reason:
            raise RunStopped(f"{reason} The letters wait.") from None
        return Result(letter.letter_id, "ready", "its draft is still there")

    def discard(self, draft_ids: Sequence[str]) -> list[str]:
        """Delete drafts, so that nobody sends by hand what must not leave."""
        gone: list[str] = []
        for draft_id in draft_ids:
            try:
                self._opened().once(self._drafts().delete(userId="me", id=draft_id))
            except Refused as reason:
                if reason.status != _GONE:
                    continue
            except (GoogleTrouble, RunStopped):  # the next run tries again
                break
            gone.append(draft_id)
        return gone

    def close(self) -> None:
        if self._service:
            self._service.close()
            self._service = None


def addressed(letter: Ready) -> bytes:
    """The letter, whose To header names its recipient and nobody else: Gmail sends to whom the headers name.

    They differ where letters are redirected. ValueError where the finished bytes name anybody else.
    """
    head, end, body = letter.data.partition(b"\r\n\r\n")
    to = b"To: " + letter.recipient.encode("ascii") + b"\r\n"
    head = _TO.sub(lambda _: to, head + b"\r\n", count=1).removesuffix(b"\r\n")
    data = head + end + body
    if recipients_of(data) != [letter.recipient]:
        raise ValueError("the finished letter names other recipients than its own; nothing was sent")
    return data
