"""A mailbox at Google, read through the Gmail API by the narrowest permission that allows it (gmail.readonly)."""

import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jobs.google.scopes import READ_MAILBOX
from jobs.google.settings import Google
from jobs.google.trouble import GoogleTrouble, Refused
from jobs.mail.mailbox.records import AT_ONCE, LARGEST, Batch, Mail, MailboxUnusable
from jobs.mail.settings import Mailbox as Settings

_OVERLAP_SECONDS = 86_400
"""Gmail finds a mail a moment after it came; those that were read before are known by their ids."""
_WHICH = "{in:inbox -in:sent} -in:drafts smaller:5M"  # a mail to oneself is in the inbox too
_MOST_LOOKED_FOR = 200
_GONE = 404


class GmailMailbox:
    """The clinic's mailbox, signed in."""

    def __init__(self, settings: Settings, google: Google, sender: str, state_dir: Path) -> None:
        self._settings = settings
        self._ends = time.monotonic() + settings.run_seconds
        from jobs.google.services import open_service

        act_for = settings.user or google.act_for or sender
        try:
            self._service = open_service(google, "gmail", "v1", [READ_MAILBOX], state_dir, act_for)
        except GoogleTrouble as reason:
            raise MailboxUnusable(str(reason)) from None

    @property
    def name(self) -> str:
        return self._settings.name

    def new_mail(
        self, read_up_to: str, since: datetime, known: Callable[[Collection[str]], set[str]]
    ) -> Iterator[Batch]:
        """As a Mailbox. `read_up_to` is the moment at which the newest mail came, in Gmail's milliseconds."""
        newest = int(read_up_to or 0)
        after = newest // 1000 - _OVERLAP_SECONDS if newest else int(since.timestamp())
        listed = self._listed(f"after:{after} {_WHICH}")
        read_before = known([f"gmail.{name}" for name in listed])
        new = [name for name in listed if f"gmail.{name}" not in read_before]
        for start in range(0, len(new), AT_ONCE):
            mails = []
            for name in new[start : start + AT_ONCE]:
                mail, came = self._fetch(name)
                newest = max(newest, came)
                if mail:
                    mails.append(mail)
            yield Batch(mails, str(newest))

    def _listed(self, query: str) -> list[str]:
        """The ids of the mails that a search finds, oldest first."""
        found: list[str] = []
        request = self._messages().list(userId="me", q=query, maxResults=500)
        while request is not None:
            answer = self._read(request)
            found += [str(each["id"]) for each in answer.get("messages", ())]
            request = self._messages().list_next(request, answer)
        return found[::-1]

    def _fetch(self, name: str) -> tuple[Mail | None, int]:
        """The beginning of a mail, and when it came; none where it is a draft or somebody has deleted it meanwhile."""
        request = self._messages().get(userId="me", id=name, format="raw", fields="raw,internalDate,labelIds")
        try:
            told = self._read(request)
        except _Gone:
            return None, 0
        if "DRAFT" in told.get("labelIds", ()):
            return None, 0
        return Mail(f"gmail.{name}", urlsafe_b64decode(told["raw"] + "==")[:LARGEST]), int(told["internalDate"])

    def copies_of(self, message_ids: Sequence[str]) -> dict[str, str]:
        found = {}
        for message_id in message_ids[:_MOST_LOOKED_FOR]:
            for name in self._listed(f"rfc822msgid:{message_id.strip('<>')} -in:drafts"):
                try:
                    told = self._read(self._messages().get(userId="me", id=name, format="minimal", fields="labelIds"))
                except _Gone:
                    continue
                if "DRAFT" not in told.get("labelIds", ()):  # a draft is no proof
                    found[message_id] = "Sent" if "SENT" in told.get("labelIds", ()) else "All Mail"
        return found

    def _messages(self) -> Any:
        return self._service.api.users().messages()

    def _read(self, request: Any) -> Any:
        if time.monotonic() >= self._ends:
            raise MailboxUnusable(
                f"Gmail was too slow: not all was read within {self._settings.run_seconds:g} seconds. "
                "What was read is kept; the next run goes on."
            )
        try:
            return self._service.read(request)
        except Refused as reason:
            if reason.status == _GONE:
                raise _Gone from None
            raise MailboxUnusable(str(reason)) from None
        except GoogleTrouble as reason:
            raise MailboxUnusable(str(reason)) from None

    def close(self) -> None:
        self._service.close()


class _Gone(Exception):
    """The mail is not there any more."""
