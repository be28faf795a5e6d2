"""What was written into workbooks becomes names, for all past weeks too; notes stay beside the texts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from jobs.clinic.follow_ups import utc_text
from jobs.clinic.masking import HIDDEN
from jobs.clinic.named_patients import meant
from jobs.reports.answers import Answer, Answered, as_written, digest_of, new_answers, newly_written
from jobs.reports.name_lines import ListFaulty
from jobs.reports.referral_names import load_referral_names
from jobs.reports.whole_files import NotSaved, save_whole
from jobs.runner.tools import Tools
from jobs.store.answers import (
    answers_in,
    keep_answers_in,
    keep_notes,
    known_workbooks,
    notes_beside,
    remember_workbook,
)
from jobs.store.named_patients import hidden_sources, patients_named
from jobs.summarizing.names import names_file

AUTHOR = "weekly workbook"  # where the workbook does not say who saved it
_NAMED = 3  # answers that are named one by one


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
    workbooks, hidden, not_clear = _beside_what_was_typed(tools, found.workbooks)
    said, some_wait = [*found.sentences, *not_clear], False
    written = _newly_written(tools, workbooks)
    for number, workbook in enumerate(workbooks):
        answers, contradictions = _without_contradicted(written, number, workbooks)
        said += contradictions
        try:
            said += [f"{workbook.file}: {sentence}" for sentence in _taken(tools, workbook, answers)]
        except (ListFaulty, NotSaved) as reason:
            said.append(f"{workbook.file}: {reason} What was written there waits.")
            some_wait = True
            _let_stand(tools, answers)
    return Taken(tuple(_without_names(sentence, hidden) for sentence in said), some_wait)


def _beside_what_was_typed(
    tools: Tools, workbooks: Sequence[Answered]
) -> tuple[list[Answered], dict[str, str], list[str]]:
    """The workbooks with each answer beside the text as it was typed, where the sheet hides a patient's name in it; the
    texts that are hidden so; and sentences about answers of which nobody can tell which text is meant."""
    if not any(HIDDEN in answer.text for workbook in workbooks for answer in workbook.answers):
        return list(workbooks), {}, []
    with tools.store.look() as memory:
        hidden = hidden_sources(memory)
    clear: list[Answered] = []
    not_clear: list[str] = []
    for workbook in workbooks:
        answers: list[Answer] = []
        for answer in workbook.answers:
            texts = meant(answer.text, hidden) if HIDDEN in answer.text else [answer.text]
            if len(texts) == 1:
                answers.append(answer._replace(text=texts[0]))
            elif answer.this_is:
                not_clear.append(
                    f'{workbook.file}: which text is meant by "{answer.text}" cannot be told. Write a line for it into '
                    f"config/{names_file(tools.home).name}."
                )
        clear.append(workbook._replace(answers=tuple(answers)))
    return clear, hidden, not_clear


def _without_names(sentence: str, hidden: Mapping[str, str]) -> str:
    for typed, shown in hidden.items():
        sentence = sentence.replace(f'"{typed}"', f'"{shown}"')
    return sentence


def _newly_written(tools: Tools, workbooks: Sequence[Answered]) -> list[list[Answer]]:
    """Of each workbook what was written into it since it was last read or written."""
    if not workbooks:
        return []
    with tools.store.look() as memory:
        beside = notes_beside(memory)
        return [newly_written(each.answers, answers_in(memory, each.file, each.name), beside) for each in workbooks]


def _without_contradicted(
    written: Sequence[Sequence[Answer]], number: int, workbooks: Sequence[Answered]
) -> tuple[list[Answer], list[str]]:
    """The answers of one workbook without those that a workbook which was saved later contradicts; and sentences about
    these."""
    from jobs.reports.name_list import contradicted  # only where somebody has written into a workbook

    answers, said = [], []
    for answer in written[number]:
        later = (
            (n, each) for n, other in enumerate(written) if n > number for each in other if contradicted(answer, each)
        )
        at, instead = next(later, (0, answer))
        if instead is answer:
            answers.append(answer)
        else:
            said.append(
                f'"{answer.text}" was answered twice: {answer.this_is} in {workbooks[number].file} and '
                f"{instead.this_is} in {workbooks[at].file}, which was saved later and counts."
            )
    return answers, said


def _let_stand(tools: Tools, answers: Sequence[Answer]) -> None:
    """What was written into a workbook stands in the next ones as it is."""
    with tools.store.begin() as memory:
        keep_notes(memory, as_written(answers), utc_text(tools.now))


def _taken(tools: Tools, workbook: Answered, answers: Sequence[Answer]) -> tuple[str, ...]:
    """Take over these answers of a workbook, and remember all that stands in it."""
    said, beside = _put_into_list(tools, workbook.author or AUTHOR, answers) if answers else ((), {})
    moment = utc_text(tools.now)
    with tools.store.begin() as memory:
        keep_notes(memory, beside, moment)
        keep_answers_in(memory, workbook.file, as_written(workbook.answers))
        remember_workbook(memory, workbook.digest, workbook.file, moment, ours=False)
    return said


def _put_into_list(
    tools: Tools, author: str, answers: Sequence[Answer]
) -> tuple[tuple[str, ...], dict[str, tuple[str, str]]]:
    """What became of the answers, in sentences, and what stands beside their texts from now on."""
    from jobs.reports.name_list import with_answers

    path = names_file(tools.home)
    names, faults = load_referral_names(path)
    if names.cannot_be_read:
        raise ListFaulty(f"{faults[0].file} cannot be read; `run_jobs.py check` says why.")
    content = path.read_bytes()
    with tools.store.look() as memory:
        patients = patients_named(memory, (words for answer in answers for words in (answer.text, answer.this_is)))
    corrected = with_answers(content, answers, names, tools.today.isoformat(), author, patients)
    if corrected.content != content:
        save_whole(path, corrected.content, like_before=True)
    return (*corrected.taken, *corrected.refused, *_known_already(corrected.known_already)), corrected.beside


def _known_already(answers: Sequence[str]) -> tuple[str, ...]:
    if not answers:
        return ()
    more = f", and {len(answers) - _NAMED} more" if len(answers) > _NAMED else ""
    return (f"The list of names says already: {'; '.join(answers[:_NAMED])}{more}.",)


def remember_written(tools: Tools, files: Sequence[Path], some_wait: bool = False) -> None:
    """Workbooks that were just written hold no answers yet. `files`: the first is the one that is missed if it goes.

    Where answers wait they stand in the first of them, and the next run reads it again.
    """
    with tools.store.begin() as memory:
        beside = notes_beside(memory)
        for path in reversed(files):
            if path.suffix == ".xlsx":
                keep_answers_in(memory, path.name, beside)
        for path in reversed(files[1:] if some_wait else files):
            if path.suffix == ".xlsx":
                remember_workbook(memory, digest_of(path), path.name, utc_text(tools.now), ours=True)
