"""Reads one YAML file and remembers on which line each part of it stands."""

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from jobs.clinic.faults import Fault

Location = tuple[str | int, ...]
_CURLY = re.compile('[\u201c\u201d\u201e]([^\u201c\u201d\u201e"]*)[\u201c\u201d]')
_DEEPEST = 12  # lists within lists; our files need five
_MANY = 50_000  # values in one file; a few lines that refer to each other can mean billions
_OURS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge")
)
_NO_TEXT = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # YAML 1.2, section 5.1
_NO_CHARACTER = "A character that no text has stands here."
_TYPE_ANEW = "Type this line anew in a text editor, and save the file as plain text."


class Unreadable(Exception):
    """The file is no YAML that we take; `fault` says where and what to do."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(str(fault))


@dataclass(frozen=True)
class YamlFile:
    """A file's values as plain ones (`plain`), and as ruamel read them, with their lines (`marked`)."""

    file: str
    marked: Any
    plain: Any

    def line(self, location: Location) -> int:
        """The line of a part; of what holds it, where the part itself is missing."""
        data, line = self.marked, _first_line(self.marked)
        for part in location:
            marks = _marks(data)
            try:
                line = (marks.key(part) if isinstance(data, dict) else marks.item(part))[0] + 1
                data = data[part]
            except (AttributeError, KeyError, TypeError, IndexError):
                return line
        return line

    def value(self, location: Location) -> Any:
        """What stands at a location, None where nothing does."""
        data = self.plain
        for part in location:
            try:
                data = data[part]
            except (KeyError, TypeError, IndexError):
                return None
        return data


class _Misfit(Exception):
    """A value that no setting takes; its line, what is wrong with it, and the remedy."""

    def __init__(self, node: Any, what: str, remedy: str) -> None:
        self.line, self.what, self.remedy = node.start_mark.line + 1, what, remedy
        super().__init__(what)


class _Plain(RoundTripConstructor):
    """Makes plain values alone: of texts, numbers, days, lists and names with values."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """The value of one part of the file. Raises _Misfit."""
        if str(node.tag) not in _OURS:
            raise _Misfit(node, "A word with ! before it says what this value is.", "Write the value alone.")
        if isinstance(node.value, str) and _NO_TEXT.search(node.value):
            raise _Misfit(node, _NO_CHARACTER, _TYPE_ANEW)
        try:
            return super().construct_object(node, deep)
        except ValueError:
            if node.tag.endswith(":timestamp"):
                raise _Misfit(node, "There is no such day.", "Write days such as 2026-12-25.") from None
            what = f"A number of {len(node.value)} digits stands here."
            raise _Misfit(node, what, "Put quotes around it if it is meant as text.") from None


def read_yaml(file: str, content: bytes) -> YamlFile:
    """Read the file's content. Raises Unreadable.

    ruamel.yaml keeps YAML 1.2: `12:30` stays text, and of two equal keys it says so.
    """
    try:
        text = content.decode("utf-8-sig")
        reader = YAML()
        reader.Constructor = _Plain
        marked = reader.load(text)
        plain = _plain(marked, 0, [_MANY])
    except UnicodeDecodeError as error:
        place = _line_behind(error.object[: error.start])
        raise Unreadable(Fault(file, place, "The file is not UTF-8 text.", 'Save it again as "UTF-8".')) from None
    except MarkedYAMLError as error:
        raise Unreadable(_syntax_fault(file, error)) from None
    except ReaderError as error:
        place = _line_behind(text[: error.position].encode())
        raise Unreadable(Fault(file, place, _NO_CHARACTER, _TYPE_ANEW)) from None
    except _Misfit as misfit:
        raise Unreadable(Fault(file, misfit.line, misfit.what, misfit.remedy)) from None
    except (RecursionError, OverflowError):
        remedy = "Write the values out; do not use & and *."
        raise Unreadable(Fault(file, 0, "Parts of the file refer to each other without end.", remedy)) from None
    return YamlFile(file, marked, plain)


def _plain(data: Any, depth: int, left: list[int]) -> Any:
    """ruamel's own types as plain ones; a day that stands without quotes is still the text that was typed. Curly
    quotation marks around a text, as Word and Macs type them, are quotation marks."""
    left[0] -= 1
    if depth > _DEEPEST or left[0] < 0:
        raise OverflowError
    if isinstance(data, dict):
        return {str(key): _plain(value, depth + 1, left) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(value, depth + 1, left) for value in data]
    if isinstance(data, float) and not math.isfinite(data):
        return f".{data}"  # as text it is refused where a number belongs
    if isinstance(data, str) and (curly := _CURLY.fullmatch(data)):
        return curly[1]
    return data.isoformat() if isinstance(data, date) else data


def _line_behind(before: bytes) -> int:
    """The line of what stands behind these bytes of a file."""
    return len((before + b"x").splitlines())


def _syntax_fault(file: str, error: MarkedYAMLError) -> Fault:
    said = str(error.problem or error.context or "")
    mark = error.problem_mark or error.context_mark
    if error.context_mark and ("expected ':'" in said or "flow" in str(error.context)):
        mark = error.context_mark  # where the line without its colon, or the open bracket, stands
    line = mark.line + 1 if mark else 0
    if "duplicate key" in said:
        key = said.split('"')[1] if '"' in said else said
        return Fault(file, line, f'The key "{key}" stands here twice.', "Keep one.")
    if r"\t" in said:
        return Fault(file, line, "A tab stands at the beginning of this line.", "Use spaces instead.")
    if "mapping values are not allowed" in said:
        remedy = "If the colon belongs to the text, put the text in quotes; else look at the spaces before the line."
        return Fault(file, line, "There is a colon too many.", remedy)
    if "another document" in said:
        return Fault(file, line, "A line of --- stands here.", "Remove it.")
    remedy = "Look at the colon, the quotes and the spaces at the beginning of this line and of those before it."
    return Fault(file, line, "The file cannot be understood from here on.", remedy)


def _first_line(data: Any) -> int:
    marks = _marks(data)
    return (marks.line or 0) + 1 if marks else 0


def _marks(data: Any) -> Any:
    """ruamel's own record of the lines of a mapping or list, None where it keeps none."""
    return getattr(data, "lc", None)
