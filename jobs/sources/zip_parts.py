"""The parts of an .xlsx file, and the making of a smaller workbook around a few of its rows, without unpacking."""

import io
import re
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping

from isal.igzip_lib import DECOMP_DEFLATE, IgzipDecompressor, IsalError
from isal.isal_zlib import crc32

from jobs.sources.header_row import Unreadable
from jobs.sources.table_file import DAMAGED, DEFINES

_ABSURD_RATIO = 150  # real sheets shrink to a fifth or a thirtieth
_XML = (".xml", ".rels", ".svg", ".vml")
_FED = 256 << 10  # packed bytes that are given to be unpacked at once
_ENCRYPTED = 1  # among the flags of a part
_LONGEST_PROLOG = 64 << 10  # bytes in front of a part's first element
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_ABOUT_ROWS = (".rels", "workbook.xml", "styles.xml", "sharedstrings.xml", "[content_types].xml")
"""What gives rows their meaning; everything else (pictures, macros, other sheets) is left out of a smaller workbook."""

_Entry = tuple[str, int, int, int, int, list[bytes]]
"""Name, method, checksum, packed and unpacked size of a part, and its bytes as they lie in the file."""

_NOT_PACKED: type[Exception] = IsalError  # type: ignore[assignment]  # its stub names an object of it
_TORN = (zipfile.BadZipFile, _NOT_PACKED, EOFError, NotImplementedError, RuntimeError, struct.error)


class ZipParts:
    """An opened zip file that lies in memory. Raises Unreadable where it would unpack to more than `limit` bytes."""

    def __init__(self, data: bytes, limit: int) -> None:
        self.data = data
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(data))
        except (*_TORN, ValueError):
            raise DAMAGED from None
        self.names = {name.lower(): name for name in self.archive.namelist()}
        unpacked = sum(info.file_size for info in self.archive.infolist())
        if unpacked > limit or unpacked > max(_ABSURD_RATIO * len(data), 20 << 20):
            raise Unreadable(
                f"The workbook would unpack to {unpacked >> 20} MB, which no real export does.",
                "Export a shorter period, and ask whoever made the file if it is genuine.",
            )
        for name in self.names:
            if name.endswith(_XML) and self._defines(name):
                raise DEFINES

    def _defines(self, name: str) -> bool:
        """Whether a part begins with definitions. A picture may name its kind so, yet define nothing."""
        start = b""
        for chunk in self.chunks(name, _LONGEST_PROLOG // 16):
            start += chunk.replace(b"\0", b"")  # of UTF-16
            root = re.search(rb"<[A-Za-z_]", start)
            if root:
                words = start[: root.start()]
                return b"<!ENTITY" in words if name.endswith(".svg") else b"<!DOCTYPE" in words
            if b"<!DOCTYPE" in start:
                return True
            if len(start) > _LONGEST_PROLOG:
                raise DAMAGED
        return False

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.names

    def read(self, name: str) -> bytes:
        return b"".join(self.chunks(name)) if name in self else b""

    def unpacked_size(self, name: str) -> int:
        return self.archive.getinfo(self.names[name.lower()]).file_size if name in self else 0

    def chunks(self, name: str, size: int = 1 << 20) -> Iterator[bytes]:
        """The unpacked bytes of one part, bit by bit. What is wrong with them is known at its end at the latest."""
        info = self.archive.getinfo(self.names[name.lower()])
        try:
            if info.compress_type == zipfile.ZIP_DEFLATED and not info.flag_bits & _ENCRYPTED:
                yield from _inflated(self._packed(info), info, size)
            else:
                with self.archive.open(info) as part:
                    while chunk := part.read(size):
                        yield chunk
        except _TORN:
            raise DAMAGED from None

    def with_sheet(self, name: str, pieces: list[bytes], instead: Mapping[str, bytes]) -> "Segments":
        """A workbook of the same parts whose sheet `name` consists of these pieces, which it takes out of the list;
        some parts with other bytes `instead` of their own."""
        entries: list[_Entry] = []
        others = {self.names[part.lower()]: content for part, content in instead.items()}
        for info in self.archive.infolist():
            if info.filename in others:
                entries.append(_stored(info.filename, [others[info.filename]]))
            elif info.filename.lower().endswith(_ABOUT_ROWS) and not info.filename.lower().startswith("xl/worksheets/"):
                packed = [bytes(self._packed(info))]
                entries.append(
                    (info.filename, info.compress_type, info.CRC, info.compress_size, info.file_size, packed)
                )
        entries.append(_stored(self.names[name.lower()], list(pieces)))
        pieces.clear()
        segments = _zip_of(entries)
        entries.clear()
        return Segments(segments)

    def _packed(self, info: zipfile.ZipInfo) -> memoryview:
        """The bytes of a part as they lie in the file."""
        local = _LOCAL.unpack_from(self.data, info.header_offset)
        start = info.header_offset + _LOCAL.size + local[-2] + local[-1]
        return memoryview(self.data)[start : start + info.compress_size]


def _inflated(packed: memoryview, info: zipfile.ZipInfo, size: int) -> Iterator[bytes]:
    """The unpacked bytes of a part, `size` of them at a time; three times as fast as zlib does it."""
    unpacking = IgzipDecompressor(flag=DECOMP_DEFLATE)
    checksum, left = 0, info.file_size
    while not unpacking.eof:
        piece = packed[:_FED] if unpacking.needs_input else b""
        packed = packed[len(piece) :]
        chunk = unpacking.decompress(piece, size)
        checksum, left = crc32(chunk, checksum), left - len(chunk)
        if left < 0 or not (chunk or piece or unpacking.eof):
            raise zipfile.BadZipFile
        if chunk:
            yield chunk
    if left or checksum != info.CRC:
        raise zipfile.BadZipFile


def _stored(name: str, pieces: list[bytes]) -> _Entry:
    """A part that is not packed."""
    checksum = 0
    for piece in pieces:
        checksum = crc32(piece, checksum)
    size = sum(map(len, pieces))
    return name, zipfile.ZIP_STORED, checksum, size, size, pieces


def _zip_of(entries: Iterable[_Entry]) -> list[bytes]:
    """A zip file, in segments, of parts that are packed already (PKWARE's APPNOTE 6.3, without its extensions)."""
    segments: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for name, method, checksum, packed, unpacked, content in entries:
        title = name.encode()
        about = (20, 0x800, method, 0, 0x21, checksum, packed, unpacked, len(title), 0)
        directory.append(_CENTRAL.pack(b"PK\1\2", 20, *about, 0, 0, 0, 0, offset) + title)
        segments += [_LOCAL.pack(b"PK\3\4", *about) + title, *content]
        offset += _LOCAL.size + len(title) + packed
    length = sum(map(len, directory))
    end = _END.pack(b"PK\5\6", 0, 0, len(directory), len(directory), length, offset, 0)
    return [*segments, *directory, end]


class Segments:
    """A file to be read once from front to back, that lets go of what was read: no second copy of it in memory."""

    def __init__(self, segments: list[bytes]) -> None:
        self._left = segments
        self._left.reverse()
        self._from = 0

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            rest = b"".join([self._left.pop()[self._from :], *reversed(self._left)]) if self._left else b""
            self._left = []
            return rest
        while self._left:
            segment = self._left[-1]
            found = segment[self._from : self._from + size]
            self._from += len(found)
            if self._from >= len(segment):
                self._left.pop()
                self._from = 0
            if found or not size:
                return found
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        raise io.UnsupportedOperation("this file is read from front to back")
