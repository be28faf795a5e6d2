"""Changes config/sources.yaml as a person would: comments and order stay, and the file before is kept beside it."""

import io
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jobs.machine.whole_files import write_whole

BEFORE = "sources.yaml.before-map"


def change_source(config: Path, name: str, changes: Mapping[str, Any], new_path: str = "") -> None:
    """Write settings of one source into config/sources.yaml; mappings are added to those that are there.

    With `new_path` the source is a new one at the end of the list.
    """
    from ruamel.yaml import YAML

    file = config / "sources.yaml"
    content = file.read_bytes()
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    data = yaml.load(content.decode("utf-8-sig"))
    if new_path:
        data.setdefault("sources", []).append({"name": name, "path": new_path})
    source = next(each for each in data["sources"] if each["name"] == name)
    for setting, value in changes.items():
        if isinstance(value, Mapping) and isinstance(source.get(setting), dict):
            source[setting].update(value)
        else:
            source[setting] = dict(value) if isinstance(value, Mapping) else value
    target = io.StringIO()
    yaml.dump(data, target)
    text = target.getvalue()
    shutil.copy2(file, config / BEFORE)
    text = text.replace("\n", "\r\n") if b"\r\n" in content else text
    write_whole(file, text.encode(), like_before=True)


def undo(config: Path) -> bool:
    """Put back the file that the last change replaced; False where there is none."""
    before = config / BEFORE
    if not before.exists():
        return False
    os.replace(before, config / "sources.yaml")
    return True
