"""Calendars that nobody here wrote, many broken on purpose: each ends as entries or as one sentence that names it."""

import csv
from datetime import date
from pathlib import Path

import pytest
from made_files import ZONE

from jobs.clinic.value_rules import ValueRules
from jobs.sources.calendar_entries import parse_entries
from jobs.sources.read_results import FileRead
from jobs.sources.reading import start_reading
from jobs.sources.source import Limits, Source

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "calendars"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="../shared/data/calendars, which nobody here wrote, is not on this machine"
)
NO_FILE_MAY_TAKE = Limits(seconds=20)  # the slowest takes 3 on an idle machine
SAMPLES = Source("samples", f"{DATA}/**/*.ics", take="all", window_days_back=3660, window_days_ahead=3660)
Read = dict[str, tuple[FileRead, int]]


@pytest.fixture(scope="module")
def read() -> Read:
    """Every file through the whole source, child and limits and values, in a window of twenty years.

    A file that took longer than its limit, took too much memory or broke the child would be refused by the parent.
    """
    rules = ValueRules(zone=ZONE, prefix="samples")
    files = start_reading(SAMPLES, Path("/"), {}, date(2012, 1, 1), ZONE, NO_FILE_MAY_TAKE, rules)
    return {file.path: (file, sum(len(part.rows) for part in file.values)) for file in files}


def test_every_file_ends_as_entries_or_as_one_sentence(read: Read) -> None:
    assert len(read) == len(list(DATA.rglob("*.ics"))) > 300
    for file, rows in read.values():
        assert file.outcome in ("read", "refused")
        if file.outcome == "refused":
            assert rows == 0 and file.problem is not None


def test_each_sentence_names_its_file_and_is_one_for_a_person(read: Read) -> None:
    for path, (file, _) in read.items():
        if file.problem is not None:
            assert file.problem.file == path
            assert file.problem.what.endswith(".") and "Traceback" not in file.problem.what
            assert len(file.problem.what) < 600


def test_no_file_takes_too_long_or_breaks_the_reader(read: Read) -> None:
    said = [file.problem.what for file, _ in read.values() if file.problem is not None]
    for what in ("was stopped", "takes more memory", "values of this file cannot be read"):
        assert [sentence for sentence in said if what in sentence] == []


def test_most_of_them_are_read(read: Read) -> None:
    refused = [path for path, (file, _) in read.items() if file.outcome == "refused"]
    assert len(refused) < len(read) / 6
    assert sum(rows for _, rows in read.values()) > 20_000


@pytest.mark.filterwarnings("ignore")
def test_no_entry_of_a_file_that_can_be_parsed_is_lost_without_a_word() -> None:
    with (DATA / "INDEX.tsv").open(encoding="utf-8") as index:
        files = [line for line in csv.DictReader(index, delimiter="\t") if line["icalendar_7_3_parse"] == "ok"]
    assert len(files) > 300
    for line in files:
        said: list[str] = []
        entries = len(parse_entries((DATA / line["file"]).read_bytes(), said))
        broken_off = f"The calendar breaks off in entry {line['vevents']}, which is left out." in said
        assert (line["file"], entries + broken_off) == (line["file"], int(line["vevents"]))
