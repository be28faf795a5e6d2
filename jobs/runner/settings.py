"""Everything that config/ says."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from jobs.articles.settings import ArticleSettings
from jobs.clinic.durations import check_length
from jobs.clinic.faults import Fault
from jobs.clinic.follow_ups import FollowUps
from jobs.clinic.letter_names import is_letter, language_of
from jobs.clinic.profile import ClinicProfile, is_web_address, web_address
from jobs.google.settings import Google
from jobs.mail.settings import MailSettings, is_plain_address
from jobs.runner.schedule import JobSettings
from jobs.sources.source import Source


class SettingsFaulty(Exception):
    """The settings cannot be used; `faults` says why, each with file, line and remedy."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, eq=False, repr=False)
class Installation:
    """Where this installation keeps its state, and whom it tells when something fails."""

    state_dir: str = "var"
    database: str = ""  # an SQLAlchemy URL; "": SQLite in state_dir
    it_email: str = ""
    healthcheck_url: str = ""
    pull_within: str = "2 days"  # letters wait where the last good pull is older
    export_within: str = "5 days"  # and where no file of an export is newer; "": it is not watched
    keep_letters: str = "90 days"  # written letters in the folder, that is their bodies
    keep_records: str = "6 years"  # attempts, decisions and stops (45 CFR 164.316(b)(2): six years)
    keep_backups: int = 14
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if not self.state_dir.strip():
            raise ValueError("state_dir is empty; write var, or another folder that only this program uses.")
        if self.database and not re.match(r"[a-z0-9+]+://", self.database):
            raise ValueError("database must be empty or an address, such as postgresql://clinic@db.example/clinic.")
        if self.it_email and not is_plain_address(self.it_email):
            raise ValueError(f'it_email is "{self.it_email}"; write one bare address, such as it@clinic.example.')
        if self.healthcheck_url and not re.fullmatch(r"https?://[!-~]+", self.healthcheck_url):
            raise ValueError(f'healthcheck_url is "{self.healthcheck_url}"; it must begin with https://.')
        if self.healthcheck_url and not is_web_address(self.healthcheck_url):
            raise ValueError(f'healthcheck_url is "{self.healthcheck_url}", which is no web address; copy it anew.')
        check_length("keep_letters", self.keep_letters, or_none=True)
        check_length("keep_records", self.keep_records)
        check_length("pull_within", self.pull_within)
        if self.export_within:
            check_length("export_within", self.export_within)
        if self.keep_backups < 1:
            raise ValueError("keep_backups must be at least 1: the newest backup is never deleted.")


@dataclass(frozen=True, eq=False, repr=False)
class Reports:
    """Who gets the weekly workbook, and in which forms beside the workbook itself."""

    readers: tuple[str, ...] = ()
    csv: bool = True
    pdf: bool = False  # of its first page; needs LibreOffice
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        for reader in self.readers:
            if not is_plain_address(reader):
                raise ValueError(f'readers has "{reader}"; write bare addresses, such as owner@clinic.example.')


@dataclass(frozen=True, eq=False, repr=False)
class ClinicFile:
    """config/clinic.yaml"""

    clinic: ClinicProfile
    mail: MailSettings
    google: Google = Google()
    articles: ArticleSettings = ArticleSettings()
    installation: Installation = Installation()
    reports: Reports = Reports()
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if self.mail.mode != "preview" and self.mail.transport == "gmail" and not self.google.configured:
            raise ValueError(
                "With transport: gmail somebody must be signed in at Google. "
                "Write service_account_file or client_file under google."
            )
        if self.mail.mailbox.by == "gmail" and not self.google.configured:
            raise ValueError(
                "To read the mailbox by: gmail somebody must be signed in at Google. "
                "Write service_account_file or client_file under google."
            )


@dataclass(frozen=True, eq=False, repr=False)
class SourcesFile:
    """config/sources.yaml"""

    sources: tuple[Source, ...] = ()
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        _each_once("sources", [source.name for source in self.sources])


@dataclass(frozen=True, eq=False, repr=False)
class JobsFile:
    """config/jobs.yaml"""

    jobs: tuple[JobSettings, ...] = ()
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        _each_once("jobs", [job.name for job in self.jobs])


def _each_once(kind: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f'two {kind} are named "{twice[0]}"; keep one, or give one of them another name.')


class Settings(NamedTuple):
    """What the jobs are told; paths are absolute."""

    clinic: ClinicProfile
    mail: MailSettings
    google: Google
    sources: tuple[Source, ...]
    follow_ups: FollowUps
    jobs: tuple[JobSettings, ...]
    installation: Installation
    state_dir: Path
    database_url: str
    reports: Reports = Reports()
    articles: ArticleSettings = ArticleSettings()

    @property
    def source_names(self) -> frozenset[str]:
        return frozenset(source.name for source in self.sources)

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """The clinic's mailboxes and domains: no patient's address."""
        mail = self.mail
        letters_from = mail.sender, mail.reply_to, mail.unsubscribe_address
        others = self.installation.it_email, mail.mailbox.user, self.google.act_for
        return self.clinic.own_addresses(letters_from, others)


def settled(home: Path, clinic: ClinicFile, sources: SourcesFile, follow_ups: FollowUps, jobs: JobsFile) -> Settings:
    """Put the four files together and make their paths absolute."""
    state_dir = (home / clinic.installation.state_dir).resolve()
    url = clinic.installation.database or f"sqlite:///{state_dir / 'clinic.sqlite'}"
    return Settings(
        _with_whole_addresses(clinic.clinic),
        _with_whole_password_files(home, clinic.mail),
        _with_whole_paths(home, clinic.google),
        tuple(replace(source) for source in sources.sources),
        follow_ups,
        jobs.jobs,
        clinic.installation,
        state_dir,
        url,
        clinic.reports,
        clinic.articles,
    )


def _with_whole_addresses(clinic: ClinicProfile) -> ClinicProfile:
    """Its pages on the web, as links need them."""
    website, booking, review = map(web_address, (clinic.website, clinic.booking_url, clinic.review_url))
    return replace(clinic, website=website, booking_url=booking, review_url=review)


def _with_whole_paths(home: Path, google: Google) -> Google:
    """Its files may be named from the clinic's folder on, wherever the program is started."""
    key, client = (str(home / name) if name else "" for name in (google.service_account_file, google.client_file))
    return replace(google, service_account_file=key, client_file=client)


def _with_whole_password_files(home: Path, mail: MailSettings) -> MailSettings:
    """Likewise: cron starts the program in another folder than a person does."""
    smtp, mailbox = (str(home / name) if name else "" for name in (mail.smtp.password_file, mail.mailbox.password_file))
    return replace(
        mail, smtp=replace(mail.smtp, password_file=smtp), mailbox=replace(mail.mailbox, password_file=mailbox)
    )


def letter_names(home: Path) -> list[str]:
    """The letters that a rule may name: welcome.md, but not welcome.es.md, which is used by itself."""
    names = (path.name for path in (home / "templates").glob("*.md"))
    return sorted(name for name in names if is_letter(name) and not language_of(name))


def last_change(home: Path) -> datetime:
    """When anything in config/ or templates/ was last changed, as the file system says it."""
    files = [path for folder in ("config", "templates") for path in (home / folder).glob("*")]
    newest = max((path.stat().st_mtime for path in files), default=0.0)
    return datetime.fromtimestamp(newest, UTC)
