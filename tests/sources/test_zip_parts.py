"""The parts of a workbook come out as they were packed, or not at all."""

from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

import pytest
from made_files import table, workbook

from jobs.sources.header_row import Unreadable
from jobs.sources.table_file import DAMAGED
from jobs.sources.zip_parts import ZipParts


@pytest.fixture(scope="module")
def packed() -> bytes:
    return workbook(table(40))


@pytest.mark.parametrize("size", [1, 100, 1 << 20])
def test_a_part_is_what_was_packed_in_bites_of_any_size(packed: bytes, size: int) -> None:
    parts = ZipParts(packed, 1 << 30)
    with ZipFile(BytesIO(packed)) as archive:
        for name in archive.namelist():
            assert b"".join(parts.chunks(name, size)) == archive.read(name)


def test_a_part_that_was_not_packed_comes_out_too(packed: bytes) -> None:
    again = BytesIO()
    with ZipFile(BytesIO(packed)) as archive:
        with ZipFile(again, "w", ZIP_STORED) as stored:
            for name in archive.namelist():
                stored.writestr(name, archive.read(name))
        parts = ZipParts(again.getvalue(), 1 << 30)
        assert all(parts.read(name) == archive.read(name) for name in archive.namelist())


def test_a_part_with_one_wrong_bit_is_never_read_as_another_text(packed: bytes) -> None:
    with ZipFile(BytesIO(packed)) as archive:
        sheet = max(archive.infolist(), key=lambda info: info.file_size)
    whole = ZipParts(packed, 1 << 30).read(sheet.filename)
    refused = 0
    for place in range(sheet.header_offset + 60, sheet.header_offset + sheet.compress_size, 7):
        data = bytearray(packed)
        data[place] ^= 4
        try:
            assert ZipParts(bytes(data), 1 << 30).read(sheet.filename) == whole
        except Unreadable as fault:
            assert fault is DAMAGED
            refused += 1
    assert refused > 100


def test_a_part_that_says_less_than_it_unpacks_to_is_refused(packed: bytes) -> None:
    with ZipFile(BytesIO(packed)) as archive:
        sheet = max(archive.infolist(), key=lambda info: info.file_size)
    claimed = sheet.file_size.to_bytes(4, "little")
    assert packed.count(claimed) == 2
    with pytest.raises(Unreadable) as refused:
        ZipParts(packed.replace(claimed, (1000).to_bytes(4, "little")), 1 << 30).read(sheet.filename)
    assert refused.value is DAMAGED
