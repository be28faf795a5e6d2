"""Sets up a new clinic: asks what only a person knows and writes a commented config/."""

import re
import shutil
from pathlib import Path
from shlex import quote
from typing import NamedTuple
from zoneinfo import available_timezones

import click

from jobs.clinic.faults import did_you_mean

_SHIPPED = Path(__file__).resolve().parents[2]
_NOT_YOURS = ("greeting_from", "reply_to", "redirect_to", "unsubscribe_address", "host", "user", "database", "it_email",
              "healthcheck_url")  # fmt: skip
"""What another clinic's config/ may say and a new one must not inherit."""


class Question(NamedTuple):
    """What is asked, under which key of clinic.yaml the answer goes, and what stands there if nobody says otherwise."""

    key: str
    words: str
    usual: str | None = None


_QUESTIONS = (
    Question("name", "Name of the clinic"),
    Question("zone", "Time zone", "America/Los_Angeles"),
    Question("address", "Postal address"),
    Question("phone", "Phone", ""),
    Question("website", "Website (https://...)", ""),
    Question("booking_url", "Page where patients book", ""),
    Question("review_url", "Page where patients review the clinic", ""),
    Question("sender", "Letters come from (e-mail address)"),
)


def ask_and_write(home: Path, overwrite: bool = False) -> int:
    """Ask, then write config/ and templates/ under `home`; give the exit code.

    What is there is replaced only if `overwrite` says so. It is then kept as config.old/, its answers are the new
    defaults, and its rules, jobs and lists stay. Letters are never replaced.
    """
    config = home / "config"
    if (config / "clinic.yaml").exists() and not overwrite:
        click.echo(f"{config / 'clinic.yaml'} is there already and stays as it is; edit it.", err=True)
        click.echo("`init --overwrite` asks anew and keeps today's files in config.old/.", err=True)
        click.echo("For another clinic name another folder: python run_jobs.py -C FOLDER init", err=True)
        return 1
    known = _known(config / "clinic.yaml")
    answers = {question.key: _ask(question, known.get(question.key)) for question in _QUESTIONS}
    sources = _known_sources(config / "sources.yaml")
    name, usual = next(((name, path) for name, path in sources if path), ("", "exports/appointments*.xlsx"))
    exports = usual
    if name or not sources:  # else all of them lie at Google
        exports = click.prompt("Exported appointments (a file or a pattern)", default=usual)
    _write(home, known, answers, exports, name if exports != usual or not sources else None)
    return _tell(home)


def with_values(text: str, values: dict[str, str]) -> str:
    """A YAML text in which the first line of each name has a new value; comments stay."""
    for name, value in values.items():
        quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        text = re.sub(
            rf"^(\s*(?:- )?{name}:)[ ]*(?:\"(?:[^\"\\\n]|\\.)*\"|[^#\n]*?)([ ]*(?:#.*)?)$",
            lambda line: f"{line[1]} {quoted}{line[2]}",  # noqa: B023 - used at once
            text,
            count=1,
            flags=re.MULTILINE,
        )
    return text


def _known(clinic: Path) -> dict[str, str]:
    """The answers that an earlier config/ holds."""
    from jobs.runner.yaml_file import Unreadable, read_yaml

    if not clinic.exists():
        return {}
    try:
        yaml = read_yaml(str(clinic), clinic.read_bytes())
    except Unreadable:
        return {}
    parts = [part for name in ("clinic", "mail") if isinstance(part := yaml.value((name,)), dict)]
    return {key: value for part in parts for key, value in part.items() if isinstance(value, str)}


def _known_sources(file: Path) -> list[tuple[str, str]]:
    """The sources that an earlier config/ names, each with its path; "" for one that lies at Google."""
    from jobs.runner.yaml_file import Unreadable, read_yaml

    try:
        listed = read_yaml(str(file), file.read_bytes()).value(("sources",))
    except (Unreadable, OSError):
        return []
    entries = [each for each in (listed if isinstance(listed, list) else ()) if isinstance(each, dict)]
    return [(str(each.get("name", "")), str(each.get("path") or "")) for each in entries]


def _write(home: Path, known: dict[str, str], answers: dict[str, str], exports: str, source: str | None) -> None:
    """Write all of config/ beside the old one and change places, so that breaking off leaves the old one whole.

    `source` is the one whose path is to be `exports`: "" for that of a new clinic, None where it is already.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    config, new = home / "config", home / "config.new"
    shutil.rmtree(new, ignore_errors=True)
    shutil.copytree(_SHIPPED / "config", new)
    articles = new / "articles.csv"
    articles.write_text(articles.read_text("utf-8").splitlines(keepends=True)[0], "utf-8")  # they are one clinic's own
    if config.exists():
        shutil.copytree(config, new, dirs_exist_ok=True)
    new.chmod(0o700)  # the address of a calendar is as good as its password
    for file in new.iterdir():
        file.chmod(0o600)
    facts = {name: "" for name in _NOT_YOURS} if not known else {}
    facts |= {"mode": "preview", **answers, "sender_name": answers["name"]}
    facts["id"] = known.get("id") or re.sub(r"[^a-z0-9]+", "-", answers["name"].lower()).strip("-")[:40] or "clinic"
    _change(new / "clinic.yaml", facts)
    if source == "":
        _change(new / "sources.yaml", {"    path": exports})
    elif source:
        from jobs.desk.sources_file import change_source

        change_source(new, source, {"path": exports})
    if config.exists():
        config.rename(_free(home / "config.old"))
    new.rename(config)
    shutil.copytree(_SHIPPED / "templates", home / "templates", dirs_exist_ok=True, copy_function=_copy_new)
    folder = Path(exports).parent
    if (
        "://" not in exports and not folder.is_absolute() and "*" not in str(folder)
    ):  # beside config/, where somebody will put the first export
        (home / folder).mkdir(mode=0o700, parents=True, exist_ok=True)


def _change(file: Path, facts: dict[str, str]) -> None:
    file.write_text(with_values(file.read_text("utf-8"), facts), "utf-8")


def _tell(home: Path) -> int:
    from jobs.desk.check import find_faults

    click.echo(f"Written: {home / 'config'} and {home / 'templates'}.")
    faults = find_faults(home).faults
    for fault in faults:
        click.echo(str(fault), err=True)
    click.echo("Letters go to a folder until config/clinic.yaml says `mode: live`. Next:")
    click.echo(f"  python run_jobs.py -C {quote(str(home))} check")
    click.echo(f"  python run_jobs.py -C {quote(str(home))} preview --all --open")
    return 3 if faults else 0


def _ask(question: Question, before: str | None) -> str:
    usual = question.usual if before is None else before
    return str(click.prompt(question.words, default=usual, value_proc=_CHECKS.get(question.key, _one_line)))


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise click.BadParameter("Something in this is no visible character; type it anew.")
    return text.strip()


def _words(text: str) -> str:
    if not text.strip():
        raise click.BadParameter("Every letter needs this.")
    return _one_line(text)


def _web(text: str) -> str:
    if text and not re.fullmatch(r"https?://[!-~]+", text.strip()):
        raise click.BadParameter(
            f'"{text}" is no web address, such as https://clinic.example; leave it empty for none.'
        )
    return text.strip()


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise click.BadParameter(f'"{text}" is no time zone. {did_you_mean(text, available_timezones())}'.rstrip())
    return text


def _address(text: str) -> str:
    from jobs.mail.settings import is_plain_address

    if not is_plain_address(text):
        raise click.BadParameter(f'"{text}" is not one bare address, such as hello@clinic.example.')
    return text


_CHECKS = {"name": _words, "address": _words, "zone": _zone, "sender": _address,
           "website": _web, "booking_url": _web, "review_url": _web}  # fmt: skip


def _copy_new(source: str, target: str) -> None:
    if not Path(target).exists():
        shutil.copyfile(source, target)


def _free(folder: Path) -> Path:
    """The folder's name, with a number where an earlier one has it."""
    names = [folder, *(folder.with_name(f"{folder.name}.{number}") for number in range(2, 1000))]
    return next(name for name in names if not name.exists())
