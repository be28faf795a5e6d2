"""Says what the columns of an export mean: shows what is guessed, asks what is unclear, writes config/sources.yaml."""

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from jobs.clinic.columns import column_letters
from jobs.clinic.faults import did_you_mean
from jobs.clinic.masking import printable
from jobs.clinic.records import STATUSES
from jobs.clinic.value_rules import ORDERS
from jobs.desk.meanings import WORDS
from jobs.desk.sources_file import BEFORE, change_source, undo
from jobs.desk.suggestions import (
    Suggestion,
    column_name,
    date_order,
    naming_columns,
    samples,
    shown_texts,
    suggestions,
    unknown_statuses,
    unused_columns,
)
from jobs.runner.settings import SettingsFaulty
from jobs.runner.settings_loading import load_settings
from jobs.sources.files import CALENDARS, is_address, matching_files
from jobs.sources.first_rows import FirstRows, first_rows
from jobs.sources.header_row import Unreadable
from jobs.sources.places import newest_in_words
from jobs.sources.source import Source

_MOST_STATUSES = 12  # that are asked for; more mean that the column is none of statuses
_NEEDED = (
    (("start", "start_date"), "start", "when an appointment starts"),
    (("patient_id", "patient_name", "first_name", "last_name", "email", "title"), "patient_name", "who the patient is"),
)


class Mapping(NamedTuple):
    """What was found out about a file, and what is to be written for its source."""

    first: FirstRows
    places: dict[str, int]
    changes: dict[str, Any]
    open: list[str]  # sentences about what nobody has answered
    shown: dict[str, str]  # texts of the export that are written, as they may be shown


def map_file(home: Path, file: Path, source_name: str, yes: bool) -> int:
    """Find out what the columns of a file mean and write it; give the exit code. With `yes` nobody is asked."""
    known = load_settings(home).sources
    if file.suffix.lower() in CALENDARS or b"BEGIN:VCALENDAR" in _begins_with(file).upper():
        click.echo(
            f"{file.name} is a calendar: it has no columns to say anything about. Write its path into "
            "config/sources.yaml as it is; title_pattern there says how its titles are written.",
            err=True,
        )
        return 1
    chosen = _source_of(home, known, file, source_name)
    if chosen is None:
        return 2
    source, is_new = chosen
    try:
        first = first_rows(str(file), source)
    except Unreadable as error:
        click.echo(f"{file.name}: {error.what}\n{error.remedy}", err=True)
        return 1
    found = suggestions(first, source)
    _show(first, source, found)
    mapping = _settle(first, source, found, yes)
    for sentence in mapping.open:
        click.echo(sentence)
    unused = unused_columns(first, mapping.places.values())
    if unused:
        click.echo(f"Not used: {', '.join(unused)}. What one means may be written under columns: of this source.")
    lacking = [what for meanings, _, what in _NEEDED if not mapping.places.keys() & set(meanings)]
    if lacking:
        click.echo(f"Nobody knows which column says {' and '.join(lacking)}; nothing was written.", err=True)
        return 1
    before = {each.name: each.path for each in known}
    if before.get(source.name, source.path) != source.path:
        mapping.changes["path"] = source.path
    return _write(home, source, is_new, mapping)


def _begins_with(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(200)


def undo_map(home: Path) -> int:
    """Put config/sources.yaml back as it was before the last `map`; give the exit code."""
    if undo(home / "config"):
        click.echo("config/sources.yaml is again as it was before.")
        return 0
    click.echo(f"There is nothing to undo: config/{BEFORE} is not there.", err=True)
    return 1


def _source_of(home: Path, sources: tuple[Source, ...], file: Path, name: str) -> tuple[Source, bool] | None:
    """The source that a file belongs to, and whether it is a new one."""
    tables = [source for source in sources if not is_address(source.path)]
    if name:
        named = next((source for source in sources if source.name == name), None)
        if named is None:
            known = [source.name for source in sources]
            click.echo(f'There is no source "{name}". {did_you_mean(name, known)}'.rstrip(), err=True)
        return (named, False) if named else None
    for source in tables:
        if file in [found.resolve() for found in matching_files(source.path, home)]:
            return source, False
    if len(tables) == 1 and not matching_files(tables[0].path, home):  # as `init` wrote it, before any export
        return replace(tables[0], path=_pattern(home, file)), False
    own = re.sub(r"\W+", "-", re.sub(r"[\d_.-]+$", "", file.stem)).strip("-").lower() or "export"
    names = {source.name for source in sources}
    unique = next(each for number in range(1, 999) if (each := own if number == 1 else f"{own}-{number}") not in names)
    return Source(unique, _pattern(home, file)), True


def _pattern(home: Path, file: Path) -> str:
    """How to find this file and those that come after it, which have another date in their names."""
    where = file.relative_to(home).as_posix() if file.is_relative_to(home) else str(file)
    folder, slash, last = where.rpartition("/")
    return folder + slash + re.sub(r"\d[\d_.-]*\d", "*", last)


def _show(first: FirstRows, source: Source, found: list[Suggestion]) -> None:
    """Print each column with what it means, how that is known, and some of its cells."""
    from rich.table import Table

    from jobs.desk.terminal import open_console

    guessed = {each.place: each for each in found}
    known = {place: meaning for meaning, place in first.places.items()}
    named = naming_columns({**first.places, **{each.meaning: each.place for each in found}})
    sheet = f'sheet "{first.sheet}", ' if first.sheet else ""
    table = Table("Column", "Header", "Means", "Known", "Samples (patients masked)")
    for place, name in enumerate(first.names):
        if not name and place not in known:
            continue
        meaning = known.get(place) or (guessed[place].meaning if place in guessed else "")
        how = "settings" if meaning in source.columns and place in known else "yes" if place in known else ""
        how = how or ("guessed" if place in guessed and guessed[place].sure else "unclear" if place in guessed else "")
        table.add_row(
            column_letters(place), name, WORDS.get(meaning, meaning), how, samples(first, place, meaning, named)
        )
    console = open_console()
    console.print(f"Source {source.name}, {sheet}header in row {first.header_row}")
    console.print(table)


def _settle(first: FirstRows, source: Source, found: list[Suggestion], yes: bool) -> Mapping:
    """Ask what is unclear, and put together what is to be written."""
    places, open_questions = dict(first.places), list[str]()
    columns: dict[str, str] = {}
    shown: dict[str, str] = {}
    for each in found:
        words = f"Column {column_name(first, each.place)}"
        if not each.sure and yes:
            open_questions.append(f"{words} may be {WORDS[each.meaning]}; it is left out until somebody says so.")
        elif each.sure or click.confirm(f"{words}: is it {WORDS[each.meaning]}?", default=True):
            places[each.meaning], columns[each.meaning] = each.place, first.names[each.place]
    for meanings, meaning, what in () if yes else _NEEDED:
        if not places.keys() & set(meanings) and (place := _asked_for(first, what)) is not None:
            places[meaning], columns[meaning] = place, first.names[place]
    changes: dict[str, Any] = {"columns": columns} if columns else {}
    changes |= _order(first, places, source.date_order, yes, open_questions)
    if "status" in places:
        shown = shown_texts(first, places["status"], naming_columns(places))
        changes |= _statuses(first.cells[places["status"]], shown, source, yes, open_questions)
    return Mapping(first, places, changes, open_questions, shown)


def _asked_for(first: FirstRows, what: str) -> int | None:
    """The column that a person names by its letters; None where there is none."""
    letters = {column_letters(place): place for place, name in enumerate(first.names) if name}
    answer = click.prompt(f"Which column says {what}? Its letter, or - for none", default="-")
    return letters.get(str(answer).strip().upper())


def _order(
    first: FirstRows, places: dict[str, int], known: str, yes: bool, open_questions: list[str]
) -> dict[str, str]:
    """The order of dates, where it matters: proven by the file's dates, or asked for."""
    two_ways, proven = date_order(first, places)
    if known:
        if not proven or proven == known:
            return {}
        words = f"The dates of this file are {ORDERS[proven]}, and date_order: says {known}"
        if yes:
            open_questions.append(f"{words}; set it to {proven}.")
        elif click.confirm(f"{words}. Set it to {proven}?", default=True):
            return {"date_order": proven}
        return {}
    if proven or not two_ways:
        return {"date_order": proven} if proven else {}
    if yes:
        open_questions.append("Dates could be read in two ways; set date_order: of this source to mdy or dmy.")
        return {}
    choice = click.Choice(["mdy", "dmy"])
    return {"date_order": click.prompt("Is 03/04 in this file March 4 (mdy) or the third of April (dmy)?", type=choice)}


def _statuses(
    cells: list[str], shown: dict[str, str], source: Source, yes: bool, open_questions: list[str]
) -> dict[str, dict[str, str]]:
    """What the statuses that nobody knows stand for; each is `shown` without what names a patient."""
    unknown = unknown_statuses(cells, source)
    if not unknown or len(unknown) > _MOST_STATUSES:
        return {}
    if yes:
        listed = ", ".join(f'"{printable(shown[text])[:40]}"' for text in unknown)
        open_questions.append(f"Nobody knows the statuses {listed}; add them under statuses: of this source.")
        return {}
    choice = click.Choice([*STATUSES, "-"])
    words = 'What is the status "{}"? (- to leave it open)'
    told = {text: click.prompt(words.format(printable(shown[text])[:60]), type=choice) for text in unknown}
    known = {text: status for text, status in told.items() if status != "-"}
    return {"statuses": known} if known else {}


def _write(home: Path, source: Source, is_new: bool, mapping: Mapping) -> int:
    if not mapping.changes and not is_new:
        click.echo("Every column that is used is known already; nothing was written.")
        return 0
    change_source(home / "config", source.name, mapping.changes, source.path if is_new else "")
    try:
        load_settings(home)
    except SettingsFaulty as faulty:  # such as a header that no setting may name
        undo(home / "config")
        click.echo("\n".join(map(str, faulty.faults)) + "\nconfig/sources.yaml stays as it was.", err=True)
        return 3
    if is_new:
        click.echo(f"Written to config/sources.yaml: the new source {source.name}, path: {source.path}")
    for setting, value in mapping.changes.items():
        lines = [f"{key}: {text}" for key, text in value.items()] if isinstance(value, dict) else [value]
        if setting == "statuses":
            lines = [f"{printable(mapping.shown[key])}: {text}" for key, text in value.items()]
        for line in lines:
            click.echo(f"Written to config/sources.yaml under {source.name}, {setting}: {line}")
    click.echo(f"The file before is config/{BEFORE}; `run_jobs.py map --undo` puts it back.")
    _tell_the_newest(home, source.name)
    return 0


def _tell_the_newest(home: Path, name: str) -> None:
    """Say by what the newest of several files is known, where the source has several."""
    settings = load_settings(home)
    source = next(source for source in settings.sources if source.name == name)
    which = newest_in_words(source, home, datetime.now(settings.clinic.tzinfo).date())
    if which:
        click.echo(f"{which}; that one is read.")
