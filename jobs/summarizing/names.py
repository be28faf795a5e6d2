"""The clinic's list of names as it stands; where it cannot be read, as it last could be."""

from pathlib import Path
from typing import NamedTuple

from jobs.clinic.faults import Fault
from jobs.clinic.source_names import ReferralNames
from jobs.machine.whole_files import keep_for_speed
from jobs.reports.referral_names import load_referral_names, names_in
from jobs.runner.tools import Tools

NAME = "referral_names.csv"


class ListedNames(NamedTuple):
    """The names that count, the faults of the list as it stands, and what its readers must know of the figures."""

    names: ReferralNames
    faults: list[Fault]
    caution: str = ""


def names_file(home: Path) -> Path:
    """The clinic's list of names."""
    return home / "config" / NAME


def listed_names(tools: Tools) -> ListedNames:
    """The names by which sources are counted. A list that can be read is kept: where a later one cannot be, it goes on,
    for otherwise every source would count as not yet named."""
    path, kept, cache = names_file(tools.home), tools.state_dir / "lists" / NAME, tools.state_dir / "cache"
    try:
        content = path.read_bytes()
    except OSError:  # why, the next line says
        content = b""
    names, faults = names_in(content, path, cache) if content else load_referral_names(path, cache)
    if not names.cannot_be_read:
        if not kept.exists() or kept.read_bytes() != content:
            keep_for_speed(kept, content)
        return ListedNames(names, faults)
    broken = f"config/{NAME} cannot be read: the sheet Health says why. Until it is mended"
    earlier, _ = load_referral_names(kept, cache)
    if earlier.cannot_be_read:
        return ListedNames(names, faults, f"{broken} no source has its name, and each counts as not yet named.")
    return ListedNames(earlier, faults, f"{broken} the names count as the last list that could be read gave them.")
