"""Google Sheets and Drive over real HTTP: one range read, header and values as of a file, only when it changed."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hand_written_clinic import Clinic
from loopback_google import Answer, Call, LoopbackGoogle, service_key, trouble
from openpyxl import Workbook

from jobs.runner.run import FAILED, FINE
from jobs.sources.source import Source

MOMENT, LATER = "2025-08-04 07:00", "2025-08-04 09:00"
FOLDER = "/drive/v3/files"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER = ["Appointment ID", "Patient ID", "First Name", "Last Name", "Email", "Start", "Status", "Zip"]


def row(number: int, serial: float = 45880.375, status: str = "Completed") -> list[Any]:
    """An appointment as Sheets gives it unformatted: 45880.375 is 2025-08-11 09:00."""
    return [number, 4700 + number, "Mira", f"Made{number}", f"mira{number}@patient.example", serial, status, 94583]


@pytest.fixture
def clinic(tmp_path: Path, google: LoopbackGoogle) -> Clinic:
    clinic = Clinic.opened(tmp_path / "clinic")
    key = service_key(tmp_path, google)
    with (clinic.home / "config" / "clinic.yaml").open("a", encoding="utf-8") as settings:
        settings.write(f"\ngoogle:\n  service_account_file: {key}\n  endpoint: {google.endpoint}\n")
    return clinic


def serve_sheet(google: LoopbackGoogle, rows: list[list[Any]]) -> list[Call]:
    """A sheet whose rows can be changed; gives the calls for it."""
    calls: list[Call] = []

    def values(call: Call, sheet: str, cells: str) -> Answer:
        calls.append(call)
        if sheet != "sheet-1":
            return trouble(404, "notFound")
        return Answer(200, {"range": "Sheet1!A1:H9", "majorDimension": "ROWS", "values": rows})

    google.on("GET", "/v4/spreadsheets/([^/]+)/values/(.+)", values)
    return calls


def slots(clinic: Clinic) -> list[tuple[str, str, str]]:
    return clinic.ask("SELECT key, starts_at, status FROM appointments ORDER BY key")


def nothing_left(clinic: Clinic) -> bool:
    return not [path for path in (clinic.home / "var" / "cache").rglob("*") if "google" in str(path) and path.is_file()]


def test_a_sheet_is_read_in_one_call_below_its_title_rows(clinic: Clinic, google: LoopbackGoogle) -> None:
    clinic.read_from(
        '{name: desk, google_sheet: "https://docs.google.com/spreadsheets/d/sheet-1/edit#gid=0", date_order: mdy}'
    )
    rows = [["Appointments of the clinic"], [], HEADER, row(1), row(2, 45880.416666666664, "No Show")]
    calls = serve_sheet(google, rows)
    ran = clinic.pull(MOMENT)
    assert (ran.code, ran.counts["appointments new"]) == (FINE, 2)
    assert slots(clinic) == [
        ("desk:1", "2025-08-11T16:00:00Z", "completed"), ("desk:2", "2025-08-11T17:00:00Z", "no_show"),
    ]  # fmt: skip
    (call,) = calls
    asked = ("valueRenderOption", "dateTimeRenderOption", "majorDimension")
    assert [call.query[name] for name in asked] == ["UNFORMATTED_VALUE", "SERIAL_NUMBER", "ROWS"]
    assert clinic.ask("SELECT key FROM patients ORDER BY key") == ["4701", "4702"]
    assert nothing_left(clinic)


def test_an_unchanged_sheet_costs_its_call_and_a_changed_row_is_one_change(
    clinic: Clinic, google: LoopbackGoogle
) -> None:
    clinic.read_from("{name: desk, google_sheet: sheet-1, date_order: mdy}")
    rows = [HEADER, row(1), row(2), row(3)]
    serve_sheet(google, rows)
    clinic.pull(MOMENT)
    assert clinic.pull(LATER).counts == {"files unchanged": 1}
    assert clinic.ask("SELECT data_at FROM source_files") == ["2025-08-04T16:00:00Z"]
    rows[2] = row(2, 45881.375)
    ran = clinic.pull("2025-08-04 10:00")
    assert (ran.counts["appointments changed"], ran.counts["appointments read"]) == (1, 1)


def test_a_problem_in_a_sheet_names_the_sheet_and_the_cell(clinic: Clinic, google: LoopbackGoogle) -> None:
    clinic.read_from("{name: desk, google_sheet: sheet-1, date_order: mdy, bad_rows: 100}")
    serve_sheet(google, [HEADER, row(1), row(2, "soon")])  # type: ignore[arg-type]
    clinic.pull(MOMENT)
    assert clinic.ask('SELECT file, row, "column", value FROM problems') == [("Google Sheet", 3, "Start", "soon")]


@pytest.mark.parametrize(
    ("source", "answer", "sentence"),
    [
        ("google_sheet: other", None,
         "Google has no such sheet for us. Check it in config/sources.yaml, and share it with the account that signs "
         "in. It is tried again next time."),
        ("google_sheet: sheet-1", Answer(200, {"range": "A1"}),
         "There is nothing in this Google sheet. Check that the export still goes there."),
        ("google_sheet: sheet-1, sheet: May", trouble(400, "badRequest"),
         'The Google sheet has no page called "May". Correct sheet: of this source.'),
        ("google_sheet: sheet-1", trouble(403, "PERMISSION_DENIED"),
         "Google (sheets) answered 403 PERMISSION_DENIED. It is tried again next time."),
        ("google_drive_folder: folder-1", Answer(200, {"files": []}),
         "No file in the Google Drive folder is a spreadsheet. Check it in config/sources.yaml, and share it with the "
         "account that signs in."),
        ("google_drive_folder: folder-1, path: appointments*",
         Answer(200, {"files": [{"id": "1", "name": "notes.xlsx"}]}),
         'No file in the Google Drive folder fits "appointments*". Check it in config/sources.yaml, and share it with '
         "the account that signs in."),
        ("google_drive_folder: folder-1", Answer(200, {"files": [], "nextPageToken": "again"}),
         "Google gives one page after the other without an end. It is tried again next time."),
        ("google_drive_folder: folder-1",
         Answer(200, {"files": [{"id": "1", "name": "a.xlsx", "size": str(300 << 20)}]}),
         "The file has more than 200 MB. Export a shorter period."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_sentence(
    clinic: Clinic, google: LoopbackGoogle, source: str, answer: Answer | None, sentence: str
) -> None:
    clinic.read_from(f"{{name: desk, {source}}}")
    serve_sheet(google, [])
    google.script = lambda call: None if call.path == "/token" else answer
    assert clinic.pull(MOMENT).code == FAILED
    assert [" ".join(told) for told in clinic.ask("SELECT what, remedy FROM problems")] == [sentence]


class Drive:
    """A folder whose files can be changed."""

    def __init__(self, google: LoopbackGoogle) -> None:
        self.files: list[dict[str, Any]] = []
        self.contents: dict[str, bytes] = {}
        self.fetched: list[str] = []
        google.on("GET", FOLDER, self._list)
        google.on("GET", f"{FOLDER}/([^/]+)(?:/export)?", self._get)

    def put(self, file_id: str, name: str, rows: list[list[Any]], at: str, kind: str = XLSX) -> None:
        book = Workbook()
        for cells in rows:
            book.active.append(cells)
        data = BytesIO()
        book.save(data)
        self.contents[file_id] = data.getvalue()
        told = {"id": file_id, "name": name, "mimeType": kind, "modifiedTime": at}
        self.files = [told, *(file for file in self.files if file["id"] != file_id)]

    def _list(self, call: Call) -> Answer:
        assert call.query["q"] == "'folder-1' in parents and trashed = false"
        newest = sorted(self.files, key=lambda file: str(file["modifiedTime"]), reverse=True)
        first = int(call.query.get("pageToken", "0"))
        more = {"nextPageToken": str(first + 2)} if first + 2 < len(newest) else {}
        return Answer(200, {"files": newest[first : first + 2], **more})

    def _get(self, call: Call, file_id: str) -> Answer:
        self.fetched.append(f"{call.path.removeprefix(FOLDER)} {call.query.get('mimeType') or call.query.get('alt')}")
        return Answer(200, self.contents[file_id], {"Content-Type": XLSX})


@pytest.fixture
def drive(google: LoopbackGoogle) -> Drive:
    return Drive(google)


def test_the_newest_fitting_file_is_fetched_and_only_when_it_changed(clinic: Clinic, drive: Drive) -> None:
    clinic.read_from(
        '{name: desk, google_drive_folder: "https://drive.google.com/drive/folders/folder-1", path: appointments*, '
        "date_order: mdy}"
    )
    drive.put("new-notes", "notes.xlsx", [["nothing"]], "2025-08-09T00:00:00Z")
    drive.put("old", "appointments-1.xlsx", [HEADER, row(1)], "2025-08-01T00:00:00Z")
    drive.put("a-picture", "appointments.png", [["nothing"]], "2025-08-08T00:00:00Z", "image/png")
    drive.put("now", "appointments-2.xlsx", [HEADER, row(1), row(2)], "2025-08-03T00:00:00Z")
    ran = clinic.pull(MOMENT)
    assert (ran.code, ran.counts["appointments new"], drive.fetched) == (FINE, 2, ["/now media"])
    assert clinic.ask("SELECT path FROM source_files") == ["Google Drive: appointments-2.xlsx"]
    assert clinic.pull(LATER).counts == {"files unchanged": 1}
    assert drive.fetched == ["/now media"]  # asked for its date, not for itself
    drive.put("next", "appointments-3.xlsx", [HEADER, row(1), row(2), row(3)], "2025-08-04T00:00:00Z")
    ran = clinic.pull("2025-08-04 10:00")
    assert (ran.counts["appointments new"], ran.counts["appointments read"]) == (1, 1)  # the others are known
    assert nothing_left(clinic)


def test_a_google_sheet_in_a_folder_is_exported(clinic: Clinic, drive: Drive) -> None:
    clinic.read_from("{name: desk, google_drive_folder: folder-1, date_order: mdy}")
    drive.put("s", "appointments", [HEADER, row(1)], "2025-08-01T00:00:00Z", "application/vnd.google-apps.spreadsheet")
    assert clinic.pull(MOMENT).counts["appointments new"] == 1
    assert drive.fetched == [f"/s/export {XLSX}"]


def test_a_damaged_file_in_a_folder_is_one_sentence_that_names_it(clinic: Clinic, drive: Drive) -> None:
    clinic.read_from("{name: desk, google_drive_folder: folder-1}")
    drive.put("s", "../../appointments.xlsx", [HEADER], "2025-08-01T00:00:00Z")
    drive.contents["s"] = b"PK\x03\x04 made up"
    ran = clinic.pull(MOMENT)
    assert ran.code == FAILED
    (told,) = clinic.ask("SELECT file FROM problems")
    assert told == "Google Drive: _.._appointments.xlsx"
    assert nothing_left(clinic)


@pytest.mark.parametrize(
    "wrong",
    [
        {"google_sheet": "a", "google_calendar": "b"},
        {"google_calendar": "a", "path": "exports/*.csv"},
        {"google_sheet": "a", "path": "exports/*.csv"},
        {},
    ],
)
def test_a_source_has_one_place(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"^A source (has one place|needs a name)"):
        Source("desk", **wrong)  # type: ignore[arg-type]
