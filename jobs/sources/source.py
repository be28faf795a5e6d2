"""One entry of config/sources.yaml: where a source lies and how its columns are meant."""

import re
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from jobs.clinic.faults import did_you_mean
from jobs.clinic.profile import is_web_address
from jobs.clinic.records import STATUSES, STEPS, TEXT_FIELDS
from jobs.clinic.zones import zone_named
from jobs.sources.files import CALENDARS, is_address
from jobs.sources.headers import NEVER_CARRIED, squash

PresetName = Literal[
    "", "plain", "webpt", "jane", "cliniko", "acuity", "google_calendar_csv", "calendly", "fresha", "ics"
]


@dataclass(frozen=True, eq=False, repr=False)
class Join:
    """A second file, commonly of patients, whose columns are put beside those of the first by a common key.

    `on` is the header of the key in both files, or `header in the first = header in the second`.
    """

    path: str
    on: str = "patient_id"
    columns: dict[str, str] = field(default_factory=dict)  # meaning -> header in the second file
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if not all(self.keys()):
            raise ValueError(f'join: on: "{self.on}" names no column. Write on: patient_id, or on: pat_no = id.')
        _check_columns(self.columns, "join: columns:")

    def keys(self) -> tuple[str, str]:
        """The header of the key in the first and in the second file."""
        left, equals, right = self.on.partition("=")
        return left.strip(), right.strip() if equals else left.strip()


@dataclass(frozen=True, eq=False, repr=False)
class Source:
    """One place that appointments come from."""

    name: str
    path: str = ""  # a path, a pattern or an https:// address of a calendar; relative to the folder that holds config/
    google_calendar: str = ""  # its ID, such as abc123@group.calendar.google.com
    google_sheet: str = ""  # its address in the browser, or its ID
    google_drive_folder: str = ""  # likewise; the newest spreadsheet in it whose name fits `path`
    take: Literal["newest", "all"] = "newest"
    preset: PresetName = ""  # "": the layout is recognized by its headers
    columns: dict[str, str] = field(default_factory=dict)  # meaning -> header as typed; wins over the preset
    sheet: str = ""  # "": the first sheet that has the columns
    join: Join | None = None
    date_order: Literal["", "mdy", "dmy", "ymd"] = ""  # "": a date that could be read in two ways is a problem
    zone: str = ""  # of times without an offset; "": the clinic's
    statuses: dict[str, str] = field(default_factory=dict)  # the clinic's own spelling -> our status
    kinds: dict[str, str] = field(default_factory=dict)  # the clinic's own types of appointments -> our steps
    bad_rows: int = 20  # percent; a file of which more rows cannot be read is refused, and letters wait
    title_pattern: str = ""  # of calendar entries, one a line: {kind} - {patient} ({complaint})
    window_days_back: int = 60  # recurring calendar entries are expanded inside this window
    window_days_ahead: int = 180
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        self._check_place()
        _check_columns(self.columns, "columns:")
        for spelling, status in self.statuses.items():
            if status not in STATUSES:
                raise ValueError(f'statuses: "{spelling}" cannot mean "{status}". Use one of {", ".join(STATUSES)}.')
        for kind, step in self.kinds.items():
            if step not in STEPS:
                raise ValueError(f'kinds: "{kind}" cannot be "{step}". Use one of {", ".join(STEPS)}.')
        if not 0 <= self.bad_rows <= 100:
            raise ValueError("bad_rows is a share in percent: a number from 0 to 100.")
        if not (0 <= self.window_days_back <= 3660 and 0 < self.window_days_ahead <= 3660):
            raise ValueError("window_days_back and window_days_ahead must lie between 0 and 3660 days.")
        if self.title_pattern:
            _check_titles(self.title_pattern)

    def _check_place(self) -> None:
        at_google = [self.google_calendar, self.google_sheet, self.google_drive_folder]
        if not self.name.strip() or not any(place.strip() for place in (self.path, *at_google)):
            raise ValueError(
                "A source needs a name: and a path:, or one of google_calendar:, google_sheet: and "
                "google_drive_folder:."
            )
        if sum(map(bool, at_google)) > 1 or (self.path and (self.google_calendar or self.google_sheet)):
            raise ValueError(
                "A source has one place. Write path:, google_calendar:, google_sheet: or "
                "google_drive_folder: (this one may have a path: for the names of its files)."
            )
        if self.join and any(at_google):
            raise ValueError("join: is for files of this machine; a source at Google has none.")

    @property
    def google_name(self) -> str:
        """What a source at Google is shown as; "" for one of this machine."""
        names = {
            "Google Calendar": self.google_calendar,
            "Google Sheet": self.google_sheet,
            "Google Drive": self.google_drive_folder,
        }
        return next((name for name, where in names.items() if where), "")

    @property
    def google_sheet_id(self) -> str:
        return _google_id(self.google_sheet)

    @property
    def google_drive_folder_id(self) -> str:
        return _google_id(self.google_drive_folder)

    @property
    def is_calendar(self) -> bool:
        """Whether it is a calendar, where it says so itself; a folder of calendars is one with preset: ics."""
        path = self.path.lower()
        return bool(self.google_calendar) or self.preset == "ics" or path.endswith(CALENDARS) or is_address(path)


def is_no_zone(zone: str) -> bool:
    """Whether a source's zone is none, also by the names that exports give zones, such as Pacific Time."""
    return bool(zone) and zone_named(zone) is None


def is_broken_address(path: str) -> bool:
    """Whether a source's path begins like an address and is none."""
    return is_address(path) and not is_web_address(re.sub("^webcal:", "https:", path.strip(), flags=re.IGNORECASE))


def _google_id(text: str) -> str:
    """The ID in an address as the browser shows it, such as https://docs.google.com/spreadsheets/d/ID/edit#gid=0."""
    found = re.search(r"/(?:d|folders)/([\w-]+)", text)
    return found[1] if found else text.strip()


def _check_titles(pattern: str) -> None:
    from jobs.clinic.titles import PatternFaulty, title_patterns  # only calendars have titles

    try:
        title_patterns(pattern)
    except PatternFaulty as fault:
        raise ValueError(f"title_pattern: {fault}") from None


def _check_columns(columns: dict[str, str], place: str) -> None:
    for meaning, header in columns.items():
        if meaning not in TEXT_FIELDS:
            raise ValueError(f'{place} nothing is called "{meaning}". {did_you_mean(meaning, TEXT_FIELDS)}'.rstrip())
        if squash(header) in NEVER_CARRIED:
            raise ValueError(f'{place} "{header}" is a social-security number, which is never read.')


class Limits(NamedTuple):
    """What the child process that opens a foreign file may use. Crafted files do try to take everything."""

    memory_bytes: int = 2 << 30
    seconds: float = 120  # that the job waits for the child, for one file
    file_bytes: int = 200 << 20
    unpacked_bytes: int = 600 << 20  # of all the parts of one workbook
    chunk_rows: int = 1500  # handed over at once: the job holds so many
    fetch_seconds: float = 30
    patience_seconds: float = 10  # for a file that is still being written
