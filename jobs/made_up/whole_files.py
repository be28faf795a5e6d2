"""Writes a file whole, and only when its bytes are others than before."""

import os
from pathlib import Path


def write_if_new(path: Path, content: bytes) -> None:
    """Put `content` at `path`; a file that holds it already keeps its time, as one that nobody exported again."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(content)
    os.replace(beside, path)
