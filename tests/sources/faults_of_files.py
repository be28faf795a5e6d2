"""Files that are damaged, protected, not what their name says, or in another encoding."""

import zipfile
from pathlib import Path

from faulty_files import Case, a_csv, a_workbook, csv_bytes, good, text, with_part

_SHEET = "xl/worksheets/sheet1.xml"


def _half(path: Path) -> None:
    a_workbook(good())(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _protected(path: Path) -> None:
    path.write_bytes(
        bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 400
    )


CASES = (
    Case("nothing in it", "csv", lambda path: path.write_bytes(b""), ()),
    Case("only blanks in it", "csv", text("\r\n \r\n\r\n"), ()),
    Case("half a workbook", "xlsx", _half, ()),
    Case("a workbook with a password", "xlsx", _protected, ()),
    Case("a web page called a workbook", "xls", text("<html><table><tr><td>Start</td></tr></table></html>"), ()),
    Case("a text table called a workbook", "xls", a_csv(good(), delimiter="\t")),
    Case("a workbook called a text table", "csv", a_workbook(good())),
    Case(
        "a picture called a text table",
        "csv",
        lambda path: path.write_bytes(b"\x89PNG\r\n" + bytes(range(256)) * 40),
        (),
    ),
    Case(
        "another kind of zip",
        "xlsx",
        lambda path: zipfile.ZipFile(path, "w").writestr("readme.txt", "no workbook"),
        (),
    ),
    Case("an empty workbook", "xlsx", a_workbook([], header=()), ()),
    Case("semicolons", "csv", a_csv(good(), delimiter=";")),
    Case("tabs", "tsv", a_csv(good(), delimiter="\t")),
    Case("bars", "txt", a_csv(good(), delimiter="|")),
    Case(
        "the encoding of Windows",
        "csv",
        a_csv([*good()[:2], [*good()[2][:3], "Sämple", *good()[2][4:]]], encoding="cp1252"),
    ),
    Case("the encoding of Excel's Unicode text", "txt", a_csv(good(), delimiter="\t", encoding="utf-16")),
    Case("lines of an old Mac", "csv", lambda path: path.write_bytes(csv_bytes(good()).replace(b"\r\n", b"\r"))),
    Case(
        "a definition in a sheet",
        "xlsx",
        with_part(a_workbook(good()), _SHEET, lambda xml: xml.replace(b"?>", b"?><!DOCTYPE x [<!ENTITY a 'aa'>]>", 1)),
        (),
    ),
    Case(
        "a definition in a picture",
        "xlsx",
        with_part(
            a_workbook(good()), "xl/media/image1.svg", lambda xml: b"<!DOCTYPE x [<!ENTITY a 'aa'>]><svg>&a;</svg>"
        ),
        (),
    ),
)
