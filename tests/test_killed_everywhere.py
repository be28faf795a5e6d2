"""A few of the points at which kill_everywhere.py kills the run that sends; the whole of it is run by hand."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hand_written_clinic import Clinic
from kill_everywhere import Point, kill_at, prepared, serving


def strace_works() -> bool:
    command = ["strace", "-o", "/dev/null", "-e", "trace=none", "true"]
    return shutil.which("strace") is not None and subprocess.run(command, capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(not strace_works(), reason="strace is not installed, or may not trace here")

POINTS = {
    "smtp": [Point("pwrite64", 60), Point("sendto", 20), Point("recvfrom", 25)],
    "gmail": [Point("fsync", 11), Point("sendto", 90), Point("recvfrom", 41)],
}
"""For Gmail: a draft whose name is not on disk, one that is about to be sent, one whose answer is not read."""


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return prepared(tmp_path_factory.mktemp("forty"))


@pytest.mark.parametrize("by", POINTS)
def test_killed_at_a_write_no_letter_leaves_twice_and_none_is_lost(waiting: Clinic, tmp_path: Path, by: str) -> None:
    clinic = waiting.copied(tmp_path / "waiting")
    with serving(by, clinic) as server:
        found = [kill_at(point, clinic, server, tmp_path) for point in POINTS[by]]
    assert [each for each in found if not each.fine or each.ended != "killed"] == []
    if by == "gmail":
        assert [each.unclear_after_second for each in found] == [0, 0, 0]
    else:
        assert 0 < sum(each.unclear for each in found) <= len(found)


@pytest.mark.parametrize(("how", "call"), [("ENOSPC", "pwrite64"), ("EIO", "fdatasync"), ("ENOSPC", "write")])
def test_where_the_disk_fails_nothing_leaves_that_cannot_be_recorded(
    waiting: Clinic, tmp_path: Path, how: str, call: str
) -> None:
    """`write` is the journal's: the letter on its way is finished, and no other begun."""
    number = {"pwrite64": 81, "fdatasync": 4, "write": 31}[call]
    clinic = waiting.copied(tmp_path / "waiting")
    with serving("smtp", clinic) as server:
        found = kill_at(Point(call, number), clinic, server, tmp_path, how)
    assert found.fine and found.ended == "failed"
    assert found.unclear == 0
