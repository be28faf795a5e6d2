"""What `check` asks about the words of the letters: a day that is written out, one name for all, a reminder without
its day. Each may be meant, so each is a question and no fault."""

from collections.abc import Iterator
from pathlib import Path

from jobs.clinic.letter_names import language_of, own_letter
from jobs.mail.letter_file import decode
from jobs.mail.letter_source import LetterSource, take_apart
from jobs.mail.letter_typed_over import day_written_out, greets_by_name
from jobs.mail.templates import letter_files
from jobs.runner.settings import Settings


def typed_words(home: Path, settings: Settings) -> Iterator[str]:
    """The questions about the letters of the rules that are on, in all their languages."""
    named = settings.follow_ups.letters()
    before = {
        rule.template: rule.name for rule in settings.follow_ups.rules if rule.on and rule.when == "planned_visit"
    }
    for path in letter_files(home / "templates"):
        source = _read(path) if own_letter(path.name) in named else None
        if source is None:
            continue
        language = language_of(path.name) or settings.clinic.language
        yield from _days(source, language)
        if (line := greets_by_name(source.body, language, settings.clinic.name)) >= 0:
            yield (
                f"{source.file}, line {source.body_line + line}, greets every patient by one name. "
                "If that is not meant, write {{ patient.first_name }} there."
            )
        if (rule := before.get(own_letter(path.name))) and "appointment.date" not in source.body:
            yield (
                f"{source.file} does not tell the day of the visit, although the rule {rule} sends it before one. "
                "If that is not meant, write {{ appointment.date }} into it."
            )


def _days(source: LetterSource, language: str) -> Iterator[str]:
    """The first day that is written out on each line."""
    lines = [(source.lines[part], getattr(source, part)) for part in ("subject", "preheader")]
    for number, words in (*lines, *enumerate(source.body.split("\n"), source.body_line)):
        if day := day_written_out(words, language):
            yield (
                f'{source.file}, line {number}, says "{day[0]}" to every patient until somebody takes it out. '
                "If the day of the patient's own visit is meant, write {{ appointment.date }} there."
            )


def _read(path: Path) -> LetterSource | None:
    """A letter taken apart; None where it cannot be, which is a fault of its own."""
    try:
        text, _ = decode(path.read_bytes(), f"templates/{path.name}")
    except OSError:
        return None
    return take_apart(text, f"templates/{path.name}")[0] if text else None
