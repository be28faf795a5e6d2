"""Signing in at the mail server, by the standard library's smtplib; loaded only where a user is configured."""

import smtplib
from collections.abc import Mapping

from jobs.mail.passwords import NoPassword, find_password, place_of
from jobs.mail.records import PasswordRefused, RunStopped, SignInRefused
from jobs.mail.settings import Smtp
from jobs.mail.transports.smtp_line import Line
from jobs.mail.transports.smtp_replies import masked


class _Greeted(smtplib.SMTP):
    """smtplib's sign-in on a connection that has been greeted already and keeps its own time."""

    def __init__(self, line: Line, methods: str, seconds: float) -> None:
        super().__init__(local_hostname="localhost")  # never said: the greeting is over
        self._line, self._seconds = line, seconds
        self.ehlo_resp, self.does_esmtp, self.esmtp_features = b"", True, {"auth": methods} if methods else {}

    def send(self, s: object) -> None:
        self._line.write(s if isinstance(s, bytes) else str(s).encode("ascii"), self._seconds)

    def getreply(self) -> tuple[int, bytes]:
        code, text = self._line.reply(self._seconds)
        return code, text.encode("ascii", "replace")


def sign_in(line: Line, methods: str, settings: Smtp, environment: Mapping[str, str]) -> None:
    """Sign in by one of the methods that the server offers (`PLAIN LOGIN`); SignInRefused says what to do about it."""
    password = read_password(settings, environment)
    try:
        _Greeted(line, methods, settings.command_seconds).login(settings.user, password)
    except smtplib.SMTPAuthenticationError as refused:
        words = refused.smtp_error if isinstance(refused.smtp_error, bytes) else refused.smtp_error.encode()
        answer = f"{refused.smtp_code} {masked(words.decode('ascii', 'replace'), settings.user)}"
        if 400 <= refused.smtp_code < 500:
            raise RunStopped(f"{settings.host} cannot check the sign-in now ({answer}). The letters wait.") from None
        raise PasswordRefused(refused_sentence(settings, answer)) from None
    except smtplib.SMTPException:
        raise SignInRefused(
            f"{settings.host} offers no way to sign in on port {settings.port} with security {settings.security}. "
            "Check port and security under mail.smtp. The letters wait."
        ) from None


def refused_sentence(settings: Smtp, answer: str) -> str:
    """What the server answered, and how to sign in again."""
    return (
        f"{settings.host} refused the sign-in: {answer}. Check user under mail.smtp, put the present password into "
        f"{place_of(settings)} (many servers want an app password) and run the job again. The letters wait."
    )


def read_password(settings: Smtp, environment: Mapping[str, str]) -> str:
    """The password from the environment, else from its file, which nobody but its owner may be able to read."""
    try:
        password = find_password(settings, environment, "the mail server")
    except NoPassword as reason:
        raise SignInRefused(str(reason)) from None
    if not password.isascii():
        raise SignInRefused(f"The password in {place_of(settings)} holds characters that mail servers do not take.")
    return password
