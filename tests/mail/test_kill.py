"""The run is killed in the middle of sending, again and again: no letter twice, none lost."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from loopback_server import LoopbackServer, Session, serving
from small_ledger import SmallLedger

LETTERS, KILLS = 500, 10
RUN = Path(__file__).parent / "sending_run.py"


class Killer:
    """Kills the run with SIGKILL when a given step is reached for a given number of letters, as seen by the server."""

    def __init__(self) -> None:
        self.process = 0
        self.step, self.left = "", 0

    def aim(self, process: int, step: str, left: int) -> None:
        self.process, self.step, self.left = process, step, left

    def watch(self, step: str, session: Session) -> str | None:
        if step == self.step and self.process:
            self.left -= 1
            if self.left == 0:
                os.kill(self.process, signal.SIGKILL)
        return None


def run_once(
    server: LoopbackServer, folder: Path, killer: Killer, connections: int, step: str = "", left: int = 0
) -> int:
    """One run as its own process; its exit code."""
    files = str(folder / "ledger.db"), str(folder / "outbox.journal")
    command = [sys.executable, str(RUN), str(server.port), *files, str(connections)]
    killer.aim(0, "", 0)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        killer.aim(process.pid, step, left)
        process.communicate(b"go\n", timeout=60)
        return process.returncode


@pytest.mark.parametrize(
    ("pipelining", "connections"), [(True, 1), (False, 1), (True, 3)], ids=["pipelined", "step by step", "side by side"]
)
def test_killed_ten_times_no_letter_leaves_twice_and_none_is_lost(
    tmp_path: Path, pipelining: bool, connections: int
) -> None:
    chance = random.Random(f"{pipelining}")
    ledger, killer = SmallLedger(tmp_path / "ledger.db"), Killer()
    ledger.plan(LETTERS)
    with serving(killer.watch, pipelining=pipelining) as server:
        for kill in range(KILLS):
            step = ("MAIL", "DATA", "body", "text", "sent")[kill % 5]
            code = run_once(server, tmp_path, killer, connections, step, chance.randint(1, 44))
            assert code == -signal.SIGKILL
        assert run_once(server, tmp_path, killer, connections) == 0
    arrived = Counter(server.recipients())
    states = ledger.states()
    sent = {f"patient{number}@mail.example" for number, state in states.items() if state == "sent"}
    unknown = {f"patient{number}@mail.example" for number, state in states.items() if state == "unknown"}
    assert max(arrived.values()) == 1
    assert set(states.values()) <= {"sent", "unknown"}
    assert len(sent) + len(unknown) == LETTERS
    assert sent <= set(arrived) <= sent | unknown
    assert len(unknown) <= KILLS * connections
