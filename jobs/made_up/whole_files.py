"""Writes a file whole, and only when its bytes are others than before."""

from pathlib import Path

from jobs.machine.whole_files import write_whole


def write_if_new(path: Path, content: bytes) -> None:
    """Put `content` at `path`; a file that holds it already keeps its time, as one that nobody exported again."""
    if path.exists() and path.read_bytes() == content:
        return
    write_whole(path, content, durable=False, like_before=True)
