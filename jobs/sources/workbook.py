"""Workbooks: .xlsx in rows that changed since the last time, .xls, .ods and .xlsb whole."""

import io
import posixpath
from array import array
from collections.abc import Iterator
from hashlib import blake2b
from itertools import chain
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from jobs.sources.far_cells import FarCell
from jobs.sources.header_row import Unreadable
from jobs.sources.shared_strings import SHARED_STRINGS
from jobs.sources.sheet_rows import SheetRows, sheet_batches
from jobs.sources.table_file import DAMAGED, DEFINES, OLE_FILE, Batch
from jobs.sources.zip_parts import ZipParts

if TYPE_CHECKING:
    from jobs.sources.open_document import NearDocument

_RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships id"
PROTECTED = Unreadable(
    "The workbook is protected with a password.", "Export it without one, or remove it in Excel under File, Info."
)


class Workbook:
    """One opened workbook. Its file lies in memory: Excel may hold or replace it meanwhile."""

    def __init__(self, data: bytes, unpacked_limit: int) -> None:
        if data.startswith(OLE_FILE) and "EncryptedPackage".encode("utf-16-le") in data:
            raise PROTECTED
        self._data = data
        self._parts = ZipParts(data, unpacked_limit) if data.startswith(b"PK") else None
        self._whole: CalamineWorkbook | None = None
        self._near: NearDocument | None = None
        self.far: list[FarCell] = []
        self._sheet_parts = _sheet_parts(self._parts) if self._parts and "xl/workbook.xml" in self._parts else {}

    def sheets(self, wanted: str) -> list[str]:
        """The sheets to look into: the wanted one, else all, the visible ones first. Raises Unreadable."""
        names = list(self._sheet_parts) or _sheet_names(self.whole())
        if not wanted:
            return names
        found = [name for name in names if name.casefold().strip() == wanted.casefold().strip()]
        if not found:
            raise Unreadable(
                f'There is no sheet "{wanted}"; the sheets are {", ".join(names)[:400]}.',
                "Correct sheet: of this source in config/sources.yaml, or leave it out.",
            )
        return found[:1]

    def cuttable(self, sheet: str, known: "array[int] | None") -> SheetRows | None:
        """The rows of a sheet that differ from the known ones; None where the file must be parsed whole."""
        part = self._sheet_parts.get(sheet)
        if self._parts is None or part is None or part not in self._parts:
            return None
        return SheetRows(self._parts, part, sheet, known)

    def all_rows(self, sheet: str) -> Iterator[Batch]:
        """All rows of a sheet, parsed at once."""
        self.far, whole = [], self.whole()
        near = self._near.tables.get(sheet) if self._near else None
        if near:
            self.far += near.far
        try:
            for batch in sheet_batches(whole, sheet, self.far):
                yield batch._replace(numbers=[near.number(number) for number in batch.numbers]) if near else batch
        except CalamineError:
            raise DAMAGED from None

    def remarks(self) -> list[str]:
        """What is to be said of the workbook as a whole: nothing, so far."""
        return []

    def whole(self) -> CalamineWorkbook:
        """The whole file, opened."""
        if self._whole is None:
            try:
                self._whole = CalamineWorkbook.from_filelike(self._file())
            except PasswordError:
                raise PROTECTED from None
            except CalamineError:
                raise DAMAGED from None
        return self._whole

    def _file(self) -> io.BytesIO:
        """The file; of an .ods one, without the cells that stand far away from its tables."""
        if self._parts and not self._sheet_parts and "content.xml" in self._parts:
            from jobs.sources.open_document import near_document

            self._near = near_document(self._parts)
        return self._near.file if self._near else io.BytesIO(self._data)

    def meaning(self, old: tuple[Any, ...]) -> tuple[tuple[Any, ...], bool]:
        """What gives the bytes of a row their meaning, and whether equal bytes still mean what they did with `old`.

        Formats, the date system and the order of the sheets must be the same; of the shared strings, which rows name
        by their number, the old ones must be the beginning of the new ones.
        """
        if self._parts is None or not self._sheet_parts:
            return (), False
        names = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml")
        digests = tuple(blake2b(self._parts.read(name), digest_size=16).hexdigest() for name in names)
        length, before = old[len(names) :] if len(old) == len(names) + 2 else (-1, "")
        strings, same = _shared_strings(self._parts, length, before)
        return digests + strings, same and old[: len(names)] == digests


def _shared_strings(parts: ZipParts, length: int, digest: str) -> tuple[tuple[int, str], bool]:
    """Length and digest of the shared strings, and whether their first `length` bytes have this `digest`."""
    seen, size, same = blake2b(digest_size=16), 0, length == 0
    for chunk in _strings(parts):
        if size < length <= size + len(chunk):
            cut = length - size
            seen.update(chunk[:cut])
            same = seen.hexdigest() == digest
            seen.update(chunk[cut:])
        else:
            seen.update(chunk)
        size += len(chunk)
    return (size, seen.hexdigest()), same


def _strings(parts: ZipParts) -> Iterator[bytes]:
    """The shared strings from the first to the last, without the counts in front and the ends behind."""
    held, started = b"", False
    for chunk in parts.chunks(SHARED_STRINGS) if SHARED_STRINGS in parts else ():
        held += chunk
        if not started:
            if b"<!DOCTYPE" in held:
                raise DEFINES
            start = held.find(b"<si")
            if start < 0:
                continue
            held, started = held[start:], True
        end = held.rfind(b"</si>") + 5
        if end > 4:
            yield held[:end]
            held = held[end:]


def _sheet_names(workbook: CalamineWorkbook) -> list[str]:
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    return list(dict.fromkeys(chain(visible, (sheet.name for sheet in sheets))))


def _sheet_parts(parts: ZipParts) -> dict[str, str]:
    """Sheet name -> name of its part, visible sheets first; {} where the file does not say it in the usual way."""
    sheets: list[tuple[bool, str, str]] = []
    targets: dict[str, str] = {}

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name.endswith(" sheet"):
            link = attributes.get(_RELATIONSHIP) or attributes.get(_STRICT) or ""
            sheets.append((attributes.get("state", "visible") != "visible", attributes.get("name", ""), link))

    def refuse(*_: object) -> None:
        raise DEFINES

    def relationship(name: str, attributes: dict[str, str]) -> None:
        if name.endswith(" Relationship") and attributes.get("Type", "").endswith("/worksheet"):
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    try:
        for part, handler in (("xl/workbook.xml", sheet), ("xl/_rels/workbook.xml.rels", relationship)):
            parser = expat.ParserCreate(namespace_separator=" ")
            parser.StartElementHandler = handler
            parser.StartDoctypeDeclHandler = refuse
            parser.Parse(parts.read(part), True)
    except expat.ExpatError:
        return {}
    return {
        name: posixpath.normpath(posixpath.join("/xl", targets[link])).lstrip("/")
        for _, name, link in sorted(sheets, key=lambda entry: entry[0])
        if link in targets
    }
