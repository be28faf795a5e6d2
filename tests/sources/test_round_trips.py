"""Whatever a frame holds, written by pandas as any kind of file it comes back equal, or each difference is listed."""

import os
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pandas
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_files import TODAY, ZONE

from jobs.clinic.normalize import read_columns
from jobs.clinic.records import Appointment, TextTable
from jobs.clinic.value_rules import ValueRules
from jobs.sources.reading import start_reading
from jobs.sources.source import Source

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
FILES = ("a.xlsx", "b.ods", "c.tsv", *(f"{encoding}.csv" for encoding in ENCODINGS))
_LETTERS = st.characters(codec="cp1252", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"), exclude_characters="\u00ad")
WORD = st.text(_LETTERS, min_size=1, max_size=12)
WORDS = st.lists(WORD, min_size=1, max_size=3).map(" ".join)
ADDRESS = st.one_of(
    st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8})?@[a-z]{1,8}\.example", fullmatch=True), st.just(""), WORDS
)  # fmt: skip
STARTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(second=0, microsecond=0))  # noqa: DTZ001
RULES = ValueRules(ZONE)
HEADERS = {
    "patient_id": "Patient ID", "first_name": "First Name", "email": "Email", "start": "Start", "status": "Status",
    "location": "Location",
}  # fmt: skip
ROW = st.fixed_dictionaries(
    {
        "Patient ID": st.one_of(st.from_regex(r"0?[1-9][0-9]{0,8}", fullmatch=True), WORD),
        "First Name": WORDS,
        "Email": ADDRESS,
        "Start": STARTS,
        "Status": st.sampled_from(["Completed", "no-show", "CANCELLED", "Booked", "gone fishing", ""]),
        "Location": st.one_of(WORDS, st.just(""), st.lists(WORD, min_size=2, max_size=3).map("\n".join)),
    }
)


Rows = list[dict[str, object]]


def write(rows: Rows, folder: Path) -> None:
    """The rows in every kind of file."""
    frame = pandas.DataFrame(rows)
    frame.insert(0, "Appointment ID", [f"A{number}" for number in range(len(rows))])
    as_text = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with pandas.ExcelWriter(folder / "a.xlsx", engine="xlsxwriter", engine_kwargs=as_text) as book:
        frame.to_excel(book, index=False)
    write_ods(frame, folder / "b.ods")
    frame.to_csv(folder / "c.tsv", index=False, sep="\t")
    for encoding in ENCODINGS:
        frame.to_csv(folder / f"{encoding}.csv", index=False, encoding=encoding)
    for name in FILES:
        os.utime(folder / name, (1_700_000_000, 1_700_000_000))


def write_ods(frame: pandas.DataFrame, path: Path) -> None:
    """A sheet as LibreOffice saves it, with what a reader needs of it."""
    rows = "".join(
        f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"
        for row in (frame.columns, *frame.itertuples(index=False))
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    sheet = f'<table:table table:name="Export">{rows}</table:table>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>{sheet}</office:spreadsheet>"
            "</office:body></office:document-content>",
        )


def _ods_cell(value: object) -> str:
    if isinstance(value, datetime):
        return f'<table:table-cell office:value-type="date" office:date-value="{value:%Y-%m-%dT%H:%M:%S}"/>'
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def expected(rows: Rows) -> tuple[set[Appointment], int]:
    """What the same values come to without any file between, and how many problems they have by themselves."""
    columns = {field: [str(row[header]) for row in rows] for field, header in HEADERS.items()}
    columns["appointment_id"] = [f"A{number}" for number in range(len(rows))]
    found, problems, *_ = read_columns(TextTable("export", "", "", columns, list(range(len(rows)))), RULES)
    slots = map(Appointment._make, zip(*found, strict=True))
    return {slot._replace(row=0) for slot in slots}, len(problems)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(ROW, min_size=1, max_size=6))
def test_every_kind_of_file_gives_the_same_appointments_or_says_what_is_not_as_it_was(rows: Rows) -> None:
    wanted, doubts = expected(rows)
    with tempfile.TemporaryDirectory() as name:
        write(rows, Path(name))
        for file in start_reading(Source("export", "*", take="all"), Path(name), {}, TODAY, ZONE, rules=RULES):
            parts = list(file.values)
            found = {slot._replace(row=0) for part in parts for slot in part.appointments}
            said = sum(len(part.problems) for part in parts) + (file.problem is not None)
            if _reads_as_utf8(Path(name) / file.path):
                continue
            assert found == wanted or said > doubts, (file.path, file.outcome, found ^ wanted)


def _reads_as_utf8(path: Path) -> bool:
    """Whether the bytes of the older encoding happen to be the newer one too: then nothing can tell."""
    content = path.read_bytes()
    if path.name != "cp1252.csv" or content.isascii():
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
