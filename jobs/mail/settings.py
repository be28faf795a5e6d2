"""How the clinic's letters leave: the `mail:` part of the settings."""

import re
from dataclasses import dataclass, field
from typing import Literal

from jobs.clinic.durations import check_length
from jobs.clinic.patterns import pattern
from jobs.clinic.profile import is_web_address

_ADDRESS = pattern(r"[!-;=?A-~]+@[A-Za-z0-9.-]+|[!-;=?A-~]+@\[[0-9A-Fa-f.:]+\]")
REFUSED_SIGN_INS = {"smtp": "sign-in-refused-smtp.json", "imap": "sign-in-refused-imap.json"}
"""In which file of the state folder a refused sign-in is remembered until one succeeds."""
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def is_plain_address(text: str) -> bool:
    """Whether the text is one bare ASCII address that can stand in an SMTP command as it is."""
    return text.count("@") == 1 and len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


@dataclass(frozen=True, eq=False, repr=False)
class Smtp:
    """The mail server. Times are in seconds; their defaults are those of RFC 5321, section 4.5.3.2."""

    host: str = ""
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""  # "" : no sign-in
    password_env: str = "CLINIC_SMTP_PASSWORD"  # the environment variable that holds the password
    password_file: str = ""  # or a file that only its owner can read; looked at when the variable is not set
    connections: int = 1  # how many at once; a few are quicker where the server is far away
    greet_as: str = ""  # how we introduce ourselves; "" : this machine's name
    connect_seconds: float = 60
    greeting_seconds: float = 300
    command_seconds: float = 300  # for MAIL and RCPT
    data_seconds: float = 120  # for the answer to DATA
    final_seconds: float = 600  # for handing over the text and the answer to its final dot
    run_seconds: float = 7200  # for everything together
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if not 0 < self.port < 65536:
            raise ValueError(f"port is {self.port}; a port is a number from 1 to 65535, usually 587 or 465.")
        if self.user and self.security == "none" and self.host not in _THIS_MACHINE:
            raise ValueError("With security: none the password would travel unencrypted. Use starttls or tls.")
        if self.greet_as and not re.fullmatch(r"[A-Za-z0-9.-]+|\[[0-9A-Za-z.:]+\]", self.greet_as):
            raise ValueError(f'greet_as is "{self.greet_as}"; write a machine\'s name, such as jobs.clinic.example.')
        if not 0 < self.connections <= 20:
            raise ValueError(f"connections is {self.connections}; write a number from 1 to 20, such as 4.")
        for name in ("connect", "greeting", "command", "data", "final", "run"):
            if not getattr(self, f"{name}_seconds") > 0:
                raise ValueError(f"{name}_seconds must be more than 0.")


@dataclass(frozen=True, eq=False, repr=False)
class Mailbox:
    """The mailbox that answers come back to: bounces, wishes to stop, complaints. It is read, never changed."""

    by: Literal["", "imap", "gmail"] = ""  # "": nobody reads it but people
    host: str = ""
    port: int = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    password_env: str = "CLINIC_IMAP_PASSWORD"
    password_file: str = ""
    folder: str = "INBOX"
    sent_folders: tuple[str, ...] = ("Sent", "Sent Mail", "[Gmail]/Sent Mail", "Sent Items")
    first_look_back: str = "14 days"  # how far the very first reading looks back
    command_seconds: float = 60
    run_seconds: float = 600
    delays_stop_after: int = 5  # so many "not delivered yet" in 30 days stop an address
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if self.by == "imap" and not (self.host and self.user):
            raise ValueError("by is imap, but host or user is empty. Write the mail server and the mailbox's user.")
        if not 0 < self.port < 65536:
            raise ValueError(f"port is {self.port}; a port is a number from 1 to 65535, usually 993.")
        if self.by == "imap" and self.security == "none" and self.host not in _THIS_MACHINE:
            raise ValueError("With security: none the password would travel unencrypted. Use tls or starttls.")
        if self.delays_stop_after < 1:
            raise ValueError("delays_stop_after must be at least 1.")
        check_length("first_look_back", self.first_look_back, or_none=True)

    @property
    def name(self) -> str:
        """What its mails are remembered under."""
        return f"{self.user}@{self.host}/{self.folder}" if self.by == "imap" else f"{self.by}/{self.user}"


@dataclass(frozen=True, eq=False, repr=False)
class MailSettings:
    """Who writes, which way the letters go, and how many may leave.

    `preview` writes every letter to the folder, `redirect` sends every letter to `redirect_to`, `live` sends to
    patients.
    """

    sender: str
    mode: Literal["preview", "redirect", "live"] = "preview"
    sender_name: str = ""
    reply_to: str = ""
    redirect_to: str = ""
    transport: Literal["folder", "smtp", "gmail"] = "smtp"
    smtp: Smtp = field(default_factory=Smtp)
    folder: str = "outbox"  # within the folder of the clinic's state
    mailbox: Mailbox = field(default_factory=Mailbox)
    daily_quota: int = 1500
    spread: bool = False  # let the day's quota leave evenly over the sending hours
    grace: str = "0 minutes"  # how long a letter that is ready waits, so that the front desk can still stop it
    pause_seconds: float = 0  # between two letters
    brake_multiple: float = 5
    brake_floor: int = 50
    unsubscribe_address: str = ""
    unsubscribe_url: str = ""
    name_topics: bool = (
        False  # whether a letter says what its articles are about; else only that they go with the visits
    )
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        for name in ("sender", "reply_to", "redirect_to", "unsubscribe_address"):
            address = getattr(self, name)
            if (address or name == "sender") and not is_plain_address(address):
                raise ValueError(f'{name} is "{address}"; write one bare address, such as hello@clinic.example.')
        if self.mode == "redirect" and not self.redirect_to:
            raise ValueError("mode is redirect, but redirect_to does not say to which address.")
        if self.mode != "preview" and self.transport == "smtp" and not self.smtp.host:
            raise ValueError(f"mode is {self.mode}, but smtp has no host. Write the name of the mail server.")
        if self.unsubscribe_url and not re.fullmatch(r"https://[!-~]+", self.unsubscribe_url):
            raise ValueError(f'unsubscribe_url is "{self.unsubscribe_url}"; it must start with https:// (RFC 8058).')
        if self.unsubscribe_url and not is_web_address(self.unsubscribe_url):
            raise ValueError(f'unsubscribe_url is "{self.unsubscribe_url}", which is no web address; copy it anew.')
        if self.daily_quota < 0 or self.pause_seconds < 0 or self.brake_floor < 0:
            raise ValueError("daily_quota, pause_seconds and brake_floor cannot be less than 0.")
        check_length("grace", self.grace, or_none=True)
        if self.brake_multiple < 1:
            raise ValueError("brake_multiple cannot be less than 1: an ordinary day would be stopped.")
