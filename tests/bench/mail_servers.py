"""Mail servers for the benches, on this machine: sinks that take everything, and one that seems far away."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent


@contextmanager
def mail_sink(pipelining: bool, postfix: bool = True) -> Iterator[int]:
    """The port of a sink: postfix's smtp-sink where it is installed, else sink.py."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        if postfix and which_smtp_sink():
            command = [which_smtp_sink(), *(["-u", "nobody"] if os.geteuid() == 0 else [])]
            command += [*([] if pipelining else ["-p"]), f"127.0.0.1:{port}", "100"]
        else:
            command = [sys.executable, str(HERE / "sink.py"), str(port), f"{folder}/taken"]
            command += [] if pipelining else ["step-by-step"]
        with running(command, port):
            yield port


def which_smtp_sink() -> str:
    return shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/libexec/postfix") or ""


@contextmanager
def far_away(server_port: int, round_trip_milliseconds: float) -> Iterator[int]:
    """The port on which the same server answers later; the one of the server itself where nothing is added."""
    if not round_trip_milliseconds:
        yield server_port
        return
    port = free_port()
    words = [str(port), str(server_port), str(round_trip_milliseconds / 2)]
    with running([sys.executable, str(HERE / "far_away.py"), *words], port):
        yield port


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """A server, from when it listens on its port on."""
    process = subprocess.Popen(command)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            sys.exit(f"{command[0]} did not begin to listen on port {port}.")
        yield
    finally:
        process.terminate()
        process.wait()
