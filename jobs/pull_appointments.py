"""Read the clinic's spreadsheets and calendars; keep what is new or changed, list what cannot be read."""

from collections import Counter
from datetime import date

from jobs.pulling.reading import begin_reading
from jobs.pulling.saving import save
from jobs.pulling.settling import settle_source
from jobs.pulling.summing_up import sum_up
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools
from jobs.store.episodes import renew_once_a_day
from jobs.store.sources import file_memories, named_no_more, read_before
from jobs.store.steps_anew import read_steps_anew


def run(tools: Tools, today: date) -> Outcome:
    """Pull every source; a bad row never stops the others, a bad file never stops the other files."""
    tools.store.put_off_copying()  # until the letters and the workbook, which wait for this, have begun
    with tools.store.look() as memory:
        known = {source.name: file_memories(memory, source.name) for source in tools.settings.sources}
        gone, noted = read_before(memory, known), named_no_more(memory)
    no_more = None
    if gone or noted:
        from jobs.pulling.named_no_more import after_reading, before_reading  # on few days

        no_more = before_reading(tools, gone)
    readings = [(source, begin_reading(tools, source, known[source.name], today)) for source in tools.settings.sources]
    counts: Counter[str] = Counter()
    for source, reading in readings:
        with tools.progress(f"Reading {source.name}") as advance:
            outcomes: dict[str, str] = {}
            for file in reading:
                counts += save(tools, source, file, known[source.name].get(file.path, b""))
                outcomes[file.path] = file.outcome
                advance(1)
        settle_source(tools, source, outcomes, reading.told, today)
    if no_more:
        after_reading(tools, no_more)
    read_steps_anew(tools.store, {source.name: source.kinds for source in tools.settings.sources}, today)
    renew_once_a_day(tools.store, today)  # else the letters and the workbook, side by side, would wait for each other
    return sum_up(tools, counts)
