"""Letters to a mail server: over one connection or a few, one round trip a letter, and an honest answer about each."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.mail.records import Marks, PasswordRefused, Ready, Result, RunStopped, SignInRefused, Unclear
from jobs.mail.settings import REFUSED_SIGN_INS, Smtp
from jobs.mail.transports.lost_letters import until_answered
from jobs.mail.transports.smtp_lane import Lane, Trust

if TYPE_CHECKING:
    from jobs.mail.sign_in_tries import SignInTries

Results = Generator[Result, None, None]


class SmtpTransport:
    """The clinic's mail server. With `connections` above 1 letters travel side by side; what holds for one connection
    holds for each. Connects when the first letter comes."""

    name = "smtp"

    def __init__(
        self,
        settings: Smtp,
        sender: str,
        environment: Mapping[str, str],
        remembered: tuple[Path, datetime] | None = None,
    ) -> None:
        """`remembered`: the folder in which refused sign-ins are remembered, and the clinic's time."""
        self._settings, self._trust = settings, Trust()
        self._environment, self._remembered = environment, remembered if settings.user else None
        self._lanes = [Lane(settings, sender, environment, self._trust) for _ in range(settings.connections)]

    def deliver(self, letters: Iterator[Ready], marks: Marks) -> Iterator[Result]:
        refused_before = self._remembered is not None and (self._remembered[0] / REFUSED_SIGN_INS["smtp"]).exists()
        if refused_before and (why := self._tries().why_not_yet()):
            raise SignInRefused(why)
        if refused_before:
            del self._lanes[1:]  # each would try the sign-in
        try:
            with closing(self._deliver(letters, marks)) as results:
                for result in results:
                    if refused_before and result.state == "sent":
                        self._tries().accepted()
                        refused_before = False
                    yield result
        except PasswordRefused as reason:
            if self._remembered is None:
                raise
            raise SignInRefused(self._tries().refused(str(reason))) from None

    def _tries(self) -> "SignInTries":
        from jobs.mail.sign_in_tries import SignInTries

        assert self._remembered is not None
        return SignInTries("smtp", *self._remembered, self._settings, self._environment)

    def _deliver(self, letters: Iterator[Ready], marks: Marks) -> Results:
        with closing(self._results(letters, marks)) as results:
            last, lost = yield from until_answered(results, lambda: not self._trust.losses)
        self._why_ended(last.detail if last else "", bool(lost))

    def _why_ended(self, detail: str, is_lost: bool) -> None:
        """Raise RunStopped where not every letter could be tried, or none got an answer."""
        if self._trust.wants_sign_in:
            from jobs.mail.transports.smtp_sign_in import refused_sentence

            raise RunStopped(refused_sentence(self._settings, self._trust.wants_sign_in))
        if self._trust.spent:
            raise RunStopped(
                f"The connection to {self._settings.host} was lost {self._trust.losses} times one after another "
                f"({detail}) The other letters wait."
            )
        if is_lost and not self._trust.lets_in:
            raise RunStopped(
                f"{self._settings.host} ended each connection before it took a letter ({detail}) The letters wait."
            )

    def _results(self, letters: Iterator[Ready], marks: Marks) -> Results:
        if len(self._lanes) == 1:
            return _one_by_one(self._lanes[0], self._trust, letters, marks)
        from jobs.mail.transports.smtp_side_by_side import side_by_side

        return side_by_side(self._lanes, self._trust, letters, marks)

    def what_became(self, unclear: Sequence[Unclear]) -> list[Result]:
        """A mail server does not answer this question; the clinic's mailbox may."""
        return []

    def discard(self, draft_ids: Sequence[str]) -> list[str]:
        """There are no drafts on this way."""
        return []

    def close(self) -> None:
        for lane in self._lanes:
            lane.close()


def _one_by_one(lane: Lane, trust: Trust, letters: Iterator[Ready], marks: Marks) -> Results:
    letter = next(letters, None)
    while letter is not None and not trust.spent:
        following = next(letters, None)
        yield lane.send(letter, following, marks)
        letter = following
