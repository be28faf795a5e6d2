"""What was written into workbooks becomes names, for all past weeks too; notes stay beside the texts."""

from collections.abc import Sequence
from pathlib import Path

from jobs.clinic.follow_ups import utc_text
from jobs.reports.answers import Answered, digest_of, new_answers
from jobs.reports.name_list import ListFaulty, with_answers
from jobs.reports.referral_names import load_referral_names
from jobs.reports.whole_files import NotSaved, save_whole
from jobs.runner.tools import Tools
from jobs.store.answers import keep_notes, known_workbooks, remember_workbook

AUTHOR = "weekly workbook"  # where the workbook does not say who saved it


def names_file(tools: Tools) -> Path:
    """The clinic's list of names."""
    return tools.home / "config" / "referral_names.csv"


def take_answers(tools: Tools) -> list[str]:
    """Take over what was written into workbooks since the last run; say in sentences what became of it.

    A workbook whose answers could not be taken over is read again by the next run.
    """
    with tools.store.look() as memory:
        known = known_workbooks(memory)
    found = new_answers(tools.state_dir / "reports", known.digests, known.last_file, known.last_digest)
    said = list(found.sentences)
    for workbook in found.workbooks:
        try:
            said += [f"{workbook.file}: {sentence}" for sentence in _taken(tools, workbook)]
        except (ListFaulty, NotSaved) as reason:
            said.append(f"{workbook.file}: {reason} What was written there waits.")
    return said


def _taken(tools: Tools, workbook: Answered) -> tuple[str, ...]:
    path, moment = names_file(tools), utc_text(tools.now)
    names, _ = load_referral_names(path)
    content = path.read_bytes() if path.exists() else b""
    author = workbook.author or AUTHOR
    corrected = with_answers(content, workbook.answers, names, tools.today.isoformat(), author)
    if corrected.content != content:
        save_whole(path, corrected.content, like_before=True)
    with tools.store.begin() as memory:
        keep_notes(memory, corrected.beside, moment)
        remember_workbook(memory, workbook.digest, workbook.file, moment, ours=False)
    return (*corrected.taken, *corrected.refused)


def remember_written(tools: Tools, files: Sequence[Path]) -> None:
    """Workbooks that were just written hold no answers yet. `files`: the first is the one that is missed if it goes."""
    with tools.store.begin() as memory:
        for path in reversed(files):
            if path.suffix == ".xlsx":
                remember_workbook(memory, digest_of(path), path.name, utc_text(tools.now), ours=True)
