"""Read the clinic's spreadsheets and calendars; keep what is new or changed, list what cannot be read."""

from collections import Counter
from datetime import date

from jobs.pulling.reading import begin_reading
from jobs.pulling.saving import save
from jobs.pulling.settling import settle_source
from jobs.pulling.summing_up import sum_up
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools
from jobs.store.episodes import episodes_are_renewed, renew_once_a_day
from jobs.store.rows import next_id
from jobs.store.sources import file_memories, named_no_more, read_before
from jobs.store.steps_anew import read_steps_anew, steps_are_read
from jobs.store.tables import appointments


def run(tools: Tools, today: date) -> Outcome:
    """Pull every source; a bad row never stops the others, a bad file never stops the other files."""
    tools.store.put_off_copying()  # until the letters and the workbook, which wait for this, have begun
    with tools.store.look() as memory:
        known = {source.name: file_memories(memory, source.name) for source in tools.settings.sources}
        gone, noted = read_before(memory, known), named_no_more(memory)
        is_empty = next_id(memory, appointments) == 1
    kinds = {source.name: source.kinds for source in tools.settings.sources}
    if is_empty:  # what comes now is read by today's rules, and summed up as of today
        with tools.store.begin() as memory:
            steps_are_read(memory, kinds)
            episodes_are_renewed(memory, today)
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
    read_steps_anew(tools.store, kinds, today)
    renew_once_a_day(tools.store, today)  # else the letters and the workbook, side by side, would wait for each other
    return sum_up(tools, counts)
