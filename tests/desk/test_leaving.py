"""The end of the program: quick, once all is said, and after everybody who works for it."""

import os
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path

import pytest

from jobs.desk.leaving import leave

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import atexit, logging, sys
from logging.handlers import MemoryHandler
from jobs.desk.leaving import leave
logging.getLogger().addHandler(MemoryHandler(9, target=logging.FileHandler(sys.argv[1])))
logging.getLogger().warning("the last line")
atexit.register(print, "taken apart piece by piece")
print("said", end="")
leave(SystemExit(eval(sys.argv[2])))
"""


@pytest.mark.parametrize(
    ("code", "ended", "said", "complained"),
    [
        ("4", 4, "said", ""),
        ("'No such job.'", 1, "saidtaken apart piece by piece\n", "No such job.\n"),
        ("None", 0, "saidtaken apart piece by piece\n", ""),
    ],
)
def test_all_is_said_and_logged_before_the_end(
    tmp_path: Path, code: str, ended: int, said: str, complained: str
) -> None:
    words = [sys.executable, "-c", PROGRAM, str(tmp_path / "log"), code]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (ended, said, complained)
    assert (tmp_path / "log").read_text() == "the last line\n"


def test_a_process_that_still_works_is_seen_out(monkeypatch: pytest.MonkeyPatch) -> None:
    waits, ends = os.pipe()
    process = get_context("fork").Process(target=os.read, args=(waits, 1))
    process.start()
    monkeypatch.setattr(os, "_exit", lambda code: pytest.fail("it was left alone"))
    try:
        with pytest.raises(SystemExit):
            leave(SystemExit(0))
    finally:
        os.write(ends, b"x")
        process.join()
        os.close(waits)
        os.close(ends)
