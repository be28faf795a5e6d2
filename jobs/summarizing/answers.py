"""What was written into workbooks becomes names, for all past weeks too; notes stay beside the texts."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from jobs.clinic.follow_ups import utc_text
from jobs.clinic.source_names import name_key
from jobs.reports.answers import Answered, digest_of, new_answers
from jobs.reports.name_lines import ListFaulty
from jobs.reports.referral_names import load_referral_names
from jobs.reports.whole_files import NotSaved, save_whole
from jobs.runner.tools import Tools
from jobs.store.answers import keep_notes, known_workbooks, remember_workbook
from jobs.summarizing.names import names_file

AUTHOR = "weekly workbook"  # where the workbook does not say who saved it


class Taken(NamedTuple):
    """What became of the answers, in sentences; whether some of them wait until the list of names is mended."""

    sentences: tuple[str, ...]
    some_wait: bool = False


def take_answers(tools: Tools) -> Taken:
    """Take over what was written into workbooks since the last run.

    A workbook whose answers could not be taken over is read again by the next run. They stand in the workbook that
    replaces it too.
    """
    with tools.store.look() as memory:
        known = known_workbooks(memory)
    found = new_answers(tools.state_dir / "reports", known.digests, known.last_file, known.last_digest)
    said, some_wait = list(found.sentences), False
    for workbook in found.workbooks:
        try:
            said += [f"{workbook.file}: {sentence}" for sentence in _taken(tools, workbook)]
        except (ListFaulty, NotSaved) as reason:
            said.append(f"{workbook.file}: {reason} What was written there waits.")
            some_wait = True
            _let_stand(tools, workbook)
    return Taken(tuple(said), some_wait)


def _let_stand(tools: Tools, workbook: Answered) -> None:
    """What was written into a workbook stands in the next ones as it is."""
    with tools.store.begin() as memory:
        written = {name_key(answer.text): (answer.this_is, answer.notes) for answer in workbook.answers}
        keep_notes(memory, written, utc_text(tools.now))


def _taken(tools: Tools, workbook: Answered) -> tuple[str, ...]:
    from jobs.reports.name_list import with_answers  # only where somebody has written into a workbook

    path, moment = names_file(tools.home), utc_text(tools.now)
    names, faults = load_referral_names(path)
    if names.cannot_be_read:
        raise ListFaulty(f"{faults[0].file} cannot be read; `run_jobs.py check` says why.")
    content = path.read_bytes()
    author = workbook.author or AUTHOR
    corrected = with_answers(content, workbook.answers, names, tools.today.isoformat(), author)
    if corrected.content != content:
        save_whole(path, corrected.content, like_before=True)
    with tools.store.begin() as memory:
        keep_notes(memory, corrected.beside, moment)
        remember_workbook(memory, workbook.digest, workbook.file, moment, ours=False)
    return (*corrected.taken, *corrected.refused, *_known_already(corrected.known_already))


def _known_already(answers: int) -> tuple[str, ...]:
    if not answers:
        return ()
    return (
        ("One answer says" if answers == 1 else f"{answers} answers say") + " what the list of names says already.",
    )


def remember_written(tools: Tools, files: Sequence[Path], some_wait: bool = False) -> None:
    """Workbooks that were just written hold no answers yet. `files`: the first is the one that is missed if it goes.

    Where answers wait they stand in the first of them, and the next run reads it again.
    """
    with tools.store.begin() as memory:
        for path in reversed(files[1:] if some_wait else files):
            if path.suffix == ".xlsx":
                remember_workbook(memory, digest_of(path), path.name, utc_text(tools.now), ours=True)
