"""What is put off is loaded when something of it is used, and is then no other than it would have been."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_MODULE = "print('loaded', __name__)\nfrom dataclasses import dataclass\nLIMIT = 3\ndef double(n):\n    return 2 * n\n"


def said(code: str, folder: Path) -> list[str]:
    (folder / "room").mkdir()
    (folder / "room" / "__init__.py").write_text("")
    for path in (folder / "slow.py", folder / "room" / "slow.py"):
        path.write_text(_MODULE)
    code = f"import sys; sys.path[:0] = {[str(ROOT), str(folder)]}\nfrom jobs.machine.put_off import put_off\n{code}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split("\n")[
        :-1
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("put_off('slow'); import slow; print('named')", ["named"]),
        ("put_off('slow'); import slow; print('named'); print(slow.LIMIT)", ["named", "loaded slow", "3"]),
        ("put_off('slow'); from slow import LIMIT; print(LIMIT)", ["loaded slow", "3"]),
        (
            "put_off('slow', 'double'); import slow; kept = slow.double; print('kept'); print(kept(4))",
            ["kept", "loaded slow", "8"],
        ),
        (
            "put_off('slow'); import slow as early; early.LIMIT; import slow; print(slow.__file__ is not None, "
            "sys.modules['slow'] is slow, early.double is slow.double)",
            ["loaded slow", "True True True"],
        ),
        (
            "import room; put_off('room.slow'); import room.slow; print('named'); print(room.slow.LIMIT)",
            ["named", "loaded room.slow", "3"],
        ),
        (
            "put_off('room.slow'); print('room' in sys.modules); from room import slow; print('named'); "
            "print(slow.LIMIT)",
            ["False", "named", "loaded room.slow", "3"],
        ),
        ("import slow; put_off('slow'); import slow; print(slow.LIMIT)", ["loaded slow", "3"]),
        (
            "put_off('slow'); import slow\ntry: slow.nothing\nexcept AttributeError as error: print(error)",
            ["loaded slow", "module 'slow' has no attribute 'nothing'"],
        ),
    ],
)
def test_a_module_is_loaded_when_it_is_used_and_once(code: str, expected: list[str], tmp_path: Path) -> None:
    assert said(code, tmp_path) == expected
