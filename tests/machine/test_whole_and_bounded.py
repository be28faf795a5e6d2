"""A file is there whole and private or stays as it was; what works apart ends within its bounds; another program is
told from the one before."""

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobs.machine.apart import Apart
from jobs.machine.program_files import program_print
from jobs.machine.whole_files import keep_for_speed, whole_file, write_whole

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def rights(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


def test_a_file_and_the_folders_made_for_it_are_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "cache" / "names"
    write_whole(path, b"Ada")
    assert [rights(each) for each in (path, path.parent, path.parent.parent)] == ["0o600", "0o700", "0o700"]


def test_where_no_file_can_be_made_its_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(path: Path, *_: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr("os.open", refuses)
    with pytest.raises(PermissionError) as told:
        write_whole(tmp_path / "words.csv", b"frozen")
    assert told.value.filename == str(tmp_path)


def test_a_file_that_is_replaced_keeps_its_readers_only_where_that_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "articles.csv"
    path.write_bytes(b"before")
    path.chmod(0o664)
    write_whole(path, b"after", like_before=True)
    assert (path.read_bytes(), rights(path)) == (b"after", "0o664")
    write_whole(path, b"private")
    assert rights(path) == "0o600"


def test_what_breaks_off_leaves_the_file_as_it_was_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "index.html"
    path.write_bytes(b"last week")
    with pytest.raises(KeyboardInterrupt), whole_file(path) as file:
        file.write(b"this w")
        raise KeyboardInterrupt
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"last week", ["index.html"])


def test_the_leftover_of_a_killed_run_is_no_hindrance_and_no_way_out_of_the_folder(tmp_path: Path) -> None:
    elsewhere, path = tmp_path / "elsewhere", tmp_path / "names"
    path.with_name(f".names.{os.getpid()}.new").symlink_to(elsewhere)
    write_whole(path, b"Ada")
    assert path.read_bytes() == b"Ada" and not path.is_symlink() and not elsewhere.exists()


def test_what_only_saves_time_never_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert not keep_for_speed(tmp_path / "file" / "names", b"Ada")
    assert keep_for_speed(tmp_path / "names", b"Ada")


def _answer(line: "Connection", open_file: int) -> None:
    try:
        os.fstat(open_file)
    except OSError:
        line.send("closed")
    while line.recv() == "more":
        line.send(len(bytearray(1 << 29)))


def test_what_works_apart_has_no_file_of_the_run_and_dies_of_too_much_memory_alone(tmp_path: Path) -> None:
    with open(tmp_path / "database", "wb") as file:
        apart = Apart(_answer, file.fileno(), memory_bytes=1 << 26, cpu_seconds=5)
        assert apart.line.recv() == "closed"
        apart.line.send("more")
        with pytest.raises(EOFError):
            apart.line.recv()
        apart.end()
    assert apart.process.exitcode == 1 and not apart.took_too_long


def _spin(line: "Connection") -> None:
    while True:
        pass


def test_what_works_apart_may_use_the_processor_for_its_seconds_only() -> None:
    apart = Apart(_spin, memory_bytes=1 << 26, cpu_seconds=1)
    with pytest.raises(EOFError):
        apart.line.recv()
    apart.end()
    assert apart.took_too_long


def test_another_program_is_told_by_the_name_time_and_size_of_its_files_and_by_nothing_else(tmp_path: Path) -> None:
    room, alone = tmp_path / "room", tmp_path / "alone.py"
    room.mkdir()
    for path in (room / "rules.py", room / "words.csv", alone):
        path.write_text("1")
        os.utime(path, ns=(1, 1))

    def look() -> bytes:
        return program_print(room, alone, endings=(".py",))

    seen = [look()]
    (room / "words.csv").write_text("22")
    assert look() == seen[0] != program_print(room, alone, endings=(".py", ".csv"))
    os.utime(room / "rules.py", ns=(1, 2))
    seen.append(look())
    (room / "more.py").touch()
    seen.append(look())
    alone.write_text("22")
    os.utime(alone, ns=(1, 1))
    seen.append(look())
    assert len({*seen}) == 4
