"""Reads and checks the four files of config/. Imported only where they changed: it brings pydantic and ruamel.yaml."""

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import available_timezones

from pydantic import TypeAdapter, ValidationError

from jobs.clinic.durations import parse_duration
from jobs.clinic.faults import Fault, did_you_mean, rename_to
from jobs.clinic.follow_ups import FollowUps
from jobs.clinic.profile import garbled_in, is_web_address, web_address
from jobs.runner.discover import job_names
from jobs.runner.settings import ClinicFile, JobsFile, Settings, SettingsFaulty, SourcesFile, letter_names, settled
from jobs.runner.settings_words import in_words, place_of
from jobs.runner.yaml_file import Location, Unreadable, YamlFile, read_yaml
from jobs.sources.source import is_broken_address, is_no_zone

_T = TypeVar("_T")
_ROUNDS = 40  # of looking again after the faulty settings were put aside


def check_settings(home: Path, contents: Mapping[str, bytes]) -> Settings:
    """The settings that these contents of home/config mean. Raises SettingsFaulty with every fault of every file.

    Whether the letters that rules name are there does not matter: that concerns these letters alone, and is told by
    `missing_letters`.
    """
    faults: list[Fault] = []
    there = [path.name for path in (home / "config").glob("*")]
    clinic = _read("clinic.yaml", contents, ClinicFile, faults, there)
    sources = _read("sources.yaml", contents, SourcesFile, faults, there)
    follow_ups = _read("follow_ups.yaml", contents, FollowUps, faults, there)
    jobs = _read("jobs.yaml", contents, JobsFile, faults, there)
    for name, check in (("clinic.yaml", _clinic_faults), ("sources.yaml", _source_faults), ("jobs.yaml", _job_faults)):
        faults += check(_values(name, contents))
    if clinic is not None and follow_ups is not None:
        faults += _grace_faults(_values("clinic.yaml", contents), clinic, follow_ups)
    if clinic is not None and not clinic.google.configured:
        faults += _google_faults(_values("sources.yaml", contents))
    if faults or clinic is None or sources is None or follow_ups is None or jobs is None:
        raise SettingsFaulty(faults)
    return settled(home, clinic, sources, follow_ups, jobs)


def _read(
    name: str, contents: Mapping[str, bytes], kind: type[_T], faults: list[Fault], there: Collection[str]
) -> _T | None:
    """The values of one file, or None and its faults; `there` are the files of the folder.

    What is faulty is put aside and the rest looked at again: else the first fault of an entry would hide the others.
    """
    file = f"config/{name}"
    try:
        yaml = read_yaml(file, contents[name])
    except Unreadable as error:
        faults.append(error.fault)
        return None
    if yaml.plain is None:
        remedy = "" if name in there else rename_to(name, "config", there)
        remedy = remedy or "`python run_jobs.py init` writes a commented one."
        faults.append(Fault(file, 0, "The file is missing or empty.", remedy))
        return None
    adapter, rest = TypeAdapter(kind), deepcopy(yaml.plain)
    aside: set[Location] = set()
    for _ in range(_ROUNDS):
        try:
            value = adapter.validate_python(rest)
            return value if not aside else None
        except ValidationError as error:
            problems = [
                problem for problem in error.errors() if problem["type"] != "missing" or problem["loc"] not in aside
            ]
        faults += [in_words(yaml, kind, problem) for problem in problems]  # type: ignore[arg-type]
        places = {_whole_value(place_of(yaml, problem)) for problem in problems}  # type: ignore[arg-type]
        if not [place for place in places if _put_aside(rest, place)]:
            return None
        aside |= places
    return None


def _whole_value(place: Location) -> Location:
    """A fault in one word of a list takes the list with it: the places of the others must not move."""
    return place[:-1] if place and isinstance(place[-1], int) else place


def _put_aside(data: Any, place: Location) -> bool:
    for part in place[:-1]:
        try:
            data = data[part]
        except (KeyError, TypeError, IndexError):
            return False
    return isinstance(data, dict) and bool(place) and data.pop(place[-1], data) is not data


def _values(name: str, contents: Mapping[str, bytes]) -> YamlFile:
    """The file as it was typed, faulty or not; without values where it cannot be read."""
    try:
        return read_yaml(f"config/{name}", contents[name])
    except Unreadable:
        return YamlFile(f"config/{name}", None, None)


def _clinic_faults(yaml: YamlFile) -> Iterator[Fault]:
    zone = yaml.value(("clinic", "zone"))
    if isinstance(zone, str) and zone not in available_timezones():
        yield _no_zone(yaml, ("clinic", "zone"), zone)
    for name in ("id", "name", "address"):
        value = yaml.value(("clinic", name))
        if isinstance(value, str) and not value.strip():
            place = yaml.line(("clinic", name))
            yield Fault(yaml.file, place, f'"{name}" is empty.', "Every letter needs it; write it here.")
    yield from _read_by_patients(yaml)
    holidays = yaml.value(("clinic", "holidays"))
    for number, day in enumerate(holidays if isinstance(holidays, list) else ()):
        if isinstance(day, str) and not _is_day(day):
            place = yaml.line(("clinic", "holidays", number))
            yield Fault(yaml.file, place, f'holidays: "{day}" is no day.', "Write days such as 2026-12-25.")


def _source_faults(yaml: YamlFile) -> Iterator[Fault]:
    """Addresses that are none, which are not repeated as they often hold a secret, and zones that are none."""
    for place, path in _each(yaml, "sources", "path"):
        if is_broken_address(path):
            remedy = "Copy it anew from the calendar's settings."
            yield Fault(yaml.file, yaml.line(place), "What stands here is no address.", remedy)
    for place, zone in _each(yaml, "sources", "zone"):
        if is_no_zone(zone):
            yield _no_zone(yaml, place, zone)


def _no_zone(yaml: YamlFile, place: Location, zone: str) -> Fault:
    remedy = did_you_mean(zone, available_timezones()) or 'Write it like "America/Los_Angeles".'
    return Fault(yaml.file, yaml.line(place), f'"{zone}" is no time zone.', remedy)


def _read_by_patients(yaml: YamlFile) -> Iterator[Fault]:
    """Links that would lead nowhere, and words that a wrong encoding has garbled."""
    for name in ("website", "booking_url", "review_url"):
        value = yaml.value(("clinic", name))
        if isinstance(value, str) and value.strip() and not is_web_address(web_address(value)):
            remedy = "Copy it from the browser; it begins with https://."
            yield Fault(
                yaml.file, yaml.line(("clinic", name)), f'{name} is "{value}", which is no web address.', remedy
            )
    for name in ("name", "address", "greeting_from"):
        value = yaml.value(("clinic", name))
        if isinstance(value, str) and (garbled := garbled_in(value)):
            what = f'{name} holds garbled characters, such as "{garbled}".'
            yield Fault(yaml.file, yaml.line(("clinic", name)), what, "Type them anew, and save the file as UTF-8.")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def missing_letters(home: Path) -> Iterator[Fault]:
    """The letters that rules of home/config name and that are not in home/templates."""
    known, name = letter_names(home), "follow_ups.yaml"
    try:
        yaml = _values(name, {name: (home / "config" / name).read_bytes()})
    except OSError:  # a fault of the settings, which name it
        return
    for place, template in _each(yaml, "rules", "template"):
        if template not in known:
            there = [path for path in (home / "templates").glob("*") if path.name != template]
            longer = next((at.name for at in there if at.stem == template or at.name.lower() == template.lower()), "")
            near = f"Rename templates/{longer} to {template}." if longer else did_you_mean(template, known)
            near = f'Write "{template}.md".' if f"{template}.md" in known else near
            remedy = near or "Put it there, or write here which letter it is."
            yield Fault(yaml.file, yaml.line(place), f'template "{template}" is not in templates/.', remedy)


def _grace_faults(yaml: YamlFile, clinic: ClinicFile, follow_ups: FollowUps) -> Iterator[Fault]:
    """A letter must not become too late in its grace period."""
    grace = parse_duration(clinic.mail.grace)
    strict = [rule for rule in follow_ups.rules if rule.on and rule.lateness <= grace]
    if grace and strict:
        rule = min(strict, key=lambda rule: rule.lateness)
        what = f'grace is "{clinic.mail.grace}", and a letter of the rule {rule.name} is too late after '
        yield Fault(yaml.file, yaml.line(("mail", "grace")), f"{what}{rule.too_late_after}.", "Write a shorter grace.")


def _google_faults(yaml: YamlFile) -> Iterator[Fault]:
    """Sources at Google, where nobody is signed in there."""
    for name in ("google_calendar", "google_sheet", "google_drive_folder"):
        for place, where in _each(yaml, "sources", name):
            if where:
                remedy = "Write service_account_file or client_file under google in config/clinic.yaml."
                yield Fault(yaml.file, yaml.line(place), f"For {name} somebody must be signed in at Google.", remedy)


def _job_faults(yaml: YamlFile) -> Iterator[Fault]:
    known = job_names()
    for place, name in _each(yaml, "jobs", "name"):
        if name not in known:
            remedy = did_you_mean(name, known) or f"There are {', '.join(known)}."
            yield Fault(yaml.file, yaml.line(place), f'There is no job "{name}".', remedy)


def _each(yaml: YamlFile, entries: str, name: str) -> Iterator[tuple[Location, str]]:
    """The place and text of one setting in every entry of a list."""
    listed = yaml.value((entries,))
    for number in range(len(listed) if isinstance(listed, list) else 0):
        place = (entries, number, name)
        value = yaml.value(place)
        if isinstance(value, str):
            yield place, value
