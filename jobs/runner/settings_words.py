"""Says in plain words what is wrong with a value of the settings, and what to write instead."""

import re
import typing
from dataclasses import fields, is_dataclass
from typing import Any, get_args

from jobs.clinic.faults import Fault, did_you_mean
from jobs.runner.yaml_file import Location, YamlFile

_NO_SUCH_DAY = "there is no such day; write days such as 2026-12-25"
DURATIONS = frozenset((
    "wait", "too_late_after", "once_per", "pull_within", "export_within", "keep_letters", "keep_records", "grace",
    "first_look_back",
))  # fmt: skip
Problem = dict[str, Any]
"""One error as pydantic tells it."""


def place_of(yaml: YamlFile, problem: Problem) -> Location:
    """Where the fault stands: where a rule over a whole entry names the value or the setting, that setting."""
    location = tuple(problem["loc"])
    held = yaml.value(location)
    if problem["type"] != "value_error" or not isinstance(held, dict):
        return location
    message = _own_words(problem)
    for quoted in re.findall(r'"([^"]*)"', message):
        for name, value in held.items():
            entries = value if isinstance(value, list) else [value]
            if quoted in map(str, entries):
                return (*location, name)
            named = [n for n, entry in enumerate(entries) if isinstance(entry, dict) and entry.get("name") == quoted]
            if len(named) > 1:
                return (*location, name, named[-1], "name")
    if message == _NO_SUCH_DAY and "start" in held:
        return (*location, "start")
    for word in re.findall(r"\w+", message):
        if word in held:
            return (*location, word)
    return location


def in_words(yaml: YamlFile, kind: type, problem: Problem) -> Fault:
    """One fault with its line and remedy."""
    place = place_of(yaml, problem)
    says_which = problem["type"] != "value_error" or not place or str(place[-1]) in _own_words(problem)
    what, remedy = _sentences(_name(yaml, tuple(problem["loc"]) if says_which else place), kind, problem)
    return Fault(yaml.file, yaml.line(place), what, remedy)


def _sentences(name: str, kind: type, problem: Problem) -> tuple[str, str]:
    location, given = tuple(problem["loc"]), problem.get("input")
    match problem["type"]:
        case "missing":
            return f'"{name}" is missing.', "Add it; the comments of the file explain it."
        case "unexpected_keyword_argument" | "extra_forbidden":
            known = [field.name for field in fields(_holder(kind, location))]
            return f'"{location[-1]}" is not known here.', did_you_mean(str(location[-1]), known) or _listed(known)
        case "literal_error":
            known_words = problem["ctx"]["expected"].replace("'", "").removeprefix(", ")  # "" may be left unwritten
            return f'{name} is "{_typed(given)}".', f"Write {known_words}."
        case "string_type" if isinstance(given, (list, dict)):
            return f"{name} must be one text.", "Write it on one line, without brackets."
        case "string_type" if given is not None and str(location[-1]) in DURATIONS:
            return f'{name} is "{_typed(given)}", without a unit.', _with_unit(given)
        case "string_type" if isinstance(given, (int, float)) and str(location[-1]) in ("opens", "closes"):
            return f'{name} is "{_typed(given)}".', 'Write it like "9:00" or "17:30".'
        case "string_type":
            return f"{name} must be text.", 'Write "" for none.' if given is None else f'Put quotes: "{_typed(given)}".'
        case "tuple_type" | "list_type":
            return f"{name} must be a list.", _as_list(given)
        case "int_type" | "int_parsing" | "int_from_float":
            return f'{name} is "{_typed(given)}".', "Write a whole number, such as 5."
        case "float_type" | "float_parsing":
            return f'{name} is "{_typed(given)}".', "Write a number, such as 5 or 0.5."
        case "bool_type" | "bool_parsing":
            return f'{name} is "{_typed(given)}".', "Write yes or no."
        case "dataclass_type" | "dict_type":
            return _unfolded(name, kind, location)
    message = _own_words(problem)
    ending = "" if message[-1:] in (".", "?", "!") else "."
    words = f"{name}: {message}" if name else message[:1].upper() + message[1:]
    return words + ending, ""


def _with_unit(given: Any) -> str:
    """`Write "1 day", "1 hour" or "1 minute".` for 1."""
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        return 'Write it like "2 days", "3 hours" or "90 minutes".'
    days, hours, minutes = (f'"{given} {unit}{"" if given == 1 else "s"}"' for unit in ("day", "hour", "minute"))
    return f"Write {days}, {hours} or {minutes}."


def _unfolded(name: str, kind: type, location: Location) -> tuple[str, str]:
    """A single value stands where settings of its own belong."""
    holder = _holder(kind, (*location, ""))
    known = [field.name for field in fields(holder)] if is_dataclass(holder) else []
    such = f"`{known[0]}:`" if known else "`name: value`"
    if not name:
        return "The file does not say what it should.", f"It has {', '.join(f'{key}:' for key in known)} at its left."
    return f"{name} must have lines of its own.", f"Write them below it, further to the right, such as {such}."


def _own_words(problem: Problem) -> str:
    error = problem.get("ctx", {}).get("error")
    words = str(error or problem["msg"])
    if "isoformat" in words or "must be in" in words or "out of range" in words:  # datetime's own words
        return _NO_SUCH_DAY
    return words


def _name(yaml: YamlFile, location: Location) -> str:
    """`rules.welcome.wait`: an entry of a list by its own name, else by its number, from 1."""
    words = []
    for depth, part in enumerate(location):
        entry = yaml.value(location[: depth + 1])
        named = entry.get("name") if isinstance(entry, dict) else None
        words.append(str(named or part + 1) if isinstance(part, int) else part)
    return ".".join(words)


def _holder(kind: Any, location: Location) -> Any:
    """The dataclass that the last part of a location belongs to."""
    holder = kind
    for part in location[:-1]:
        if isinstance(part, str) and is_dataclass(holder):
            found = typing.get_type_hints(holder).get(part, holder)
            holder = next((inner for inner in get_args(found) if is_dataclass(inner)), found)
    return holder


def _as_list(given: Any) -> str:
    if given is None or isinstance(given, dict):
        return "Write [] for none, else a line that begins with - for each."
    return f'Write it in brackets: ["{_typed(given)}"].'


def _listed(known: list[str]) -> str:
    return f"Known are {', '.join(known)}."


def _typed(given: Any) -> str:
    """The value as it was typed, cut where it is long."""
    words = {True: "yes", False: "no"}.get(given, str(given)) if isinstance(given, bool) else str(given)
    return "" if given is None else words if len(words) < 80 else words[:77] + "..."
