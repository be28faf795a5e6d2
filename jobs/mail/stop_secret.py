"""The secret that seals the stop links of this installation."""

import os
import secrets
from pathlib import Path


def stop_secret(state_dir: Path) -> bytes:
    """The 32 secret bytes of this installation, made at the first call; only its user can read the file."""
    path = state_dir / "secret"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        made = secrets.token_bytes(32)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        return made
