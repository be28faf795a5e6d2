"""Reads and checks the four files of config/. Imported only where they changed: it brings pydantic and ruamel.yaml."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args
from zoneinfo import available_timezones

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from jobs.clinic.faults import Fault, did_you_mean
from jobs.clinic.follow_ups import FollowUps
from jobs.runner.settings import ClinicFile, JobsFile, Settings, SettingsFaulty, SourcesFile, settled

_T = TypeVar("_T")
Problem = dict[str, Any]


def check_settings(home: Path, contents: Mapping[str, bytes]) -> Settings:
    """The settings that these contents of home/config mean. Raises SettingsFaulty with every fault of every file."""
    faults: list[Fault] = []
    clinic = _read("clinic.yaml", contents, ClinicFile, faults)
    sources = _read("sources.yaml", contents, SourcesFile, faults)
    follow_ups = _read("follow_ups.yaml", contents, FollowUps, faults)
    jobs = _read("jobs.yaml", contents, JobsFile, faults)
    if clinic is not None:
        faults += _clinic_faults(clinic, contents["clinic.yaml"])
    if follow_ups is not None:
        faults += _template_faults(home, follow_ups, contents["follow_ups.yaml"])
    if jobs is not None:
        faults += _job_faults(jobs, contents["jobs.yaml"])
    if faults or clinic is None or sources is None or follow_ups is None or jobs is None:
        raise SettingsFaulty(faults)
    return settled(home, clinic, sources, follow_ups, jobs)


def _read(name: str, contents: Mapping[str, bytes], kind: type[_T], faults: list[Fault]) -> _T | None:
    file = f"config/{name}"
    if not contents[name]:
        remedy = "`python run_jobs.py init` writes a commented one."
        faults.append(Fault(file, 0, "The file is missing or empty.", remedy))
        return None
    try:
        data = YAML().load(contents[name].decode("utf-8-sig"))
    except UnicodeDecodeError:
        faults.append(Fault(file, 0, "The file is not UTF-8 text.", 'Save it again as "UTF-8".'))
        return None
    except MarkedYAMLError as error:
        faults.append(_syntax_fault(file, error))
        return None
    except YAMLError as error:
        faults.append(Fault(file, 0, f"The file cannot be read: {str(error).splitlines()[0]}."))
        return None
    try:
        return TypeAdapter(kind).validate_python(_plain(data))
    except ValidationError as error:
        faults += [_fault(file, data, kind, problem) for problem in error.errors()]  # type: ignore[arg-type]
        return None


def _plain(data: Any) -> Any:
    """ruamel's own types as plain ones; a day that stands without quotes is still the text that was typed."""
    if isinstance(data, dict):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    return data.isoformat() if isinstance(data, date) else data


def _syntax_fault(file: str, error: MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 0
    what = str(error.problem or error.context or "it cannot be read").split(" with value ")[0]
    if "duplicate key" in what:
        return Fault(file, line, f"{what.replace('found duplicate key', 'the key')} stands here twice.", "Keep one.")
    remedy = "Look at the colon, the quotes and the spaces at the beginning of this line and the one before it."
    return Fault(file, line, f"The file cannot be read here: {what}.", remedy)


def _fault(file: str, data: Any, kind: type, problem: Problem) -> Fault:
    location = tuple(part for part in problem["loc"])
    line, model = _place(data, kind, location)
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
    if problem["type"] == "missing":
        return Fault(file, line, f'"{name}" is missing.', "Add it; the comments of the file explain it.")
    if problem["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        known = [field.name for field in fields(model)] if is_dataclass(model) else []
        remedy = did_you_mean(str(location[-1]), known) or f"Known are {', '.join(known)}."
        return Fault(file, line, f'"{location[-1]}" is not known here.', remedy)
    if problem["type"] == "literal_error":
        allowed = problem["ctx"]["expected"].replace("'", "")
        return Fault(file, line, f'{name} is "{problem["input"]}".', f"Write {allowed}.")
    if problem["type"] == "string_type":
        remedy = (
            f'Put quotes around it: "{problem["input"]}".' if problem["input"] is not None else 'Write "" for none.'
        )
        return Fault(file, line, f"{name} must be text.", remedy)
    message = str(problem.get("ctx", {}).get("error") or problem["msg"])
    where = f"{name}: " if location and name not in message else ""
    return Fault(file, line, f"{where}{message[:1].upper() if not where else message[:1]}{message[1:].rstrip('.')}.")


def _place(data: Any, kind: Any, location: tuple[Any, ...]) -> tuple[int, Any]:
    """The line of a place in the file, and the dataclass that it belongs to."""
    line, model = _line_of(data), kind
    for part in location:
        owner = model
        try:
            keyed = isinstance(data, dict)
            marks = _marks(data)
            line = (marks.key(part) if keyed else marks.item(part))[0] + 1
            data = data[part]
        except (AttributeError, KeyError, TypeError, IndexError):
            return line, owner
        model = _kind_of(owner, part)
    return line, model


def _line_of(data: Any) -> int:
    marks = _marks(data)
    return (marks.line or 0) + 1 if marks else 0


def _marks(data: Any) -> Any:
    """ruamel's own record of the lines of a mapping or list, None where it keeps none."""
    return getattr(data, "lc", None)


def _kind_of(owner: Any, part: Any) -> Any:
    """The dataclass within a field of a dataclass, or within a tuple or an optional of one."""
    if not is_dataclass(owner):
        return owner
    import typing

    hints = typing.get_type_hints(owner)
    found = hints.get(part, owner)
    inner = [kind for kind in get_args(found) if is_dataclass(kind)]
    return inner[0] if inner else found


def _lines(content: bytes) -> Any:
    return YAML().load(content.decode("utf-8-sig"))


def _clinic_faults(clinic: ClinicFile, content: bytes) -> Iterator[Fault]:
    data = _lines(content)
    line, _ = _place(data, ClinicFile, ("clinic", "zone"))
    if clinic.clinic.zone not in available_timezones():
        remedy = did_you_mean(clinic.clinic.zone, available_timezones()) or 'Write it like "America/Los_Angeles".'
        yield Fault("config/clinic.yaml", line, f'"{clinic.clinic.zone}" is no time zone.', remedy)
    for name in ("id", "name", "address"):
        if not getattr(clinic.clinic, name).strip():
            line, _ = _place(data, ClinicFile, ("clinic", name))
            yield Fault("config/clinic.yaml", line, f'"{name}" is empty.', "Every letter needs it; write it here.")


def _template_faults(home: Path, follow_ups: FollowUps, content: bytes) -> Iterator[Fault]:
    data = _lines(content)
    known = sorted(path.name for path in (home / "templates").glob("*.md") if path.name.lower() != "readme.md")
    for number, rule in enumerate(follow_ups.rules):
        if rule.template not in known:
            line, _ = _place(data, FollowUps, ("rules", number, "template"))
            remedy = f"{did_you_mean(rule.template, known)} Nothing was sent.".strip()
            yield Fault("config/follow_ups.yaml", line, f'template "{rule.template}" is not in templates/.', remedy)


def _job_faults(jobs: JobsFile, content: bytes) -> Iterator[Fault]:
    from jobs.runner.discover import job_names

    known = job_names()
    data = _lines(content)
    for number, job in enumerate(jobs.jobs):
        if job.name not in known:
            line, _ = _place(data, JobsFile, ("jobs", number, "name"))
            remedy = did_you_mean(job.name, known) or f"There are {', '.join(known)}."
            yield Fault("config/jobs.yaml", line, f'there is no job "{job.name}".', remedy)
