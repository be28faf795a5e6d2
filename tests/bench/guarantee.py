"""What it costs that no letter leaves twice: our outbox against a bare smtplib loop that records nothing.

    python tests/bench/guarantee.py                              5,000 letters to a mail server on this machine
    python tests/bench/guarantee.py --round-trip 20 --letters 300    the same to one that is 20 ms away
    python tests/bench/guarantee.py --step-by-step               to a server that does not offer PIPELINING
    python tests/bench/guarantee.py --round-trip 20 --letters 300 --step-by-step --connections 4

Both send the same finished letters over connections that they keep. Ours is the outbox as it runs in production: the
ledger in SQLite with its commits on disk, the journal, the last look at the finished bytes. The two take turns; each
figure is how many times the rate of the bare loop ours reaches, and the last line is the median. The server is
postfix's smtp-sink where it is installed, else sink.py.
"""

import argparse
import smtplib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mail_servers import far_away, mail_sink, which_smtp_sink
from sqlalchemy import insert

from jobs.clinic.profile import ClinicProfile
from jobs.mail.fields import LetterValues
from jobs.mail.journal import Journal
from jobs.mail.message import Envelope, finish, message_id, recipients_of, stop_links, unsubscribe_token
from jobs.mail.outbox import Ready, send
from jobs.mail.settings import Smtp
from jobs.mail.templates import load_letters
from jobs.mail.transports.smtp import SmtpTransport
from jobs.store.letter_counts import count_states
from jobs.store.letter_ledger import LetterLedger
from jobs.store.letters import LetterFacts
from jobs.store.memory import Store, open_store
from jobs.store.tables import appointments, events, letters, patients

SENDER = "hello@lakeside.example"
NOW = datetime(2026, 3, 4, 17, tzinfo=UTC)
GROUP = 250  # as in jobs/sending/letters.py


def finished_letters(count: int) -> list[Ready]:
    """Reminders to made-up patients, as they leave in production."""
    clinic = ClinicProfile("lakeside", "Lakeside Physical Therapy", "UTC", "1 Made-Up Lane", "555-0100")
    shipped = load_letters(Path(__file__).resolve().parents[2] / "templates", clinic, None)
    made = []
    for number in range(1, count + 1):
        address = f"patient{number}@patient.example"
        token = unsubscribe_token(b"of this bench", clinic.id, number, "care", address)
        mailto, url = stop_links(SENDER, "", token)
        written = shipped.write(
            "reminder.md", LetterValues("Jamie", "2026-03-06T22:00:00Z", "Robin Sample", "", (), mailto, url)
        )
        key = message_id("lakeside.example", f"bench:{number}")
        envelope = Envelope(SENDER, clinic.name, address, "", key, NOW, mailto, url)
        made.append(Ready(number, address, key, finish(written, envelope)))
    return made


def prepared_store(folder: Path, count: int) -> Store:
    """A clinic's memory in which so many letters are ready to leave."""
    store = open_store(f"sqlite:///{folder / 'clinic.sqlite'}", "lakeside")
    moment = "2026-03-04T17:00:00Z"
    shared = {"clinic_id": "lakeside", "starts_at": moment}
    rows = [dict(shared, id=number, key=str(number), patient_id=number) for number in range(1, count + 1)]
    with store.begin() as memory:
        for table, more in (
            (patients, {}),
            (appointments, {"starts_on": moment[:10], "status": "booked"}),
            (events, {"appointment_id": 1, "what": "booked", "happened_at": moment, "seen_at": moment}),
            (letters, {"rule": "reminder", "state": "ready", "due_at": moment, "expires_at": moment}),
        ):
            known = set(table.c.keys())
            filled = [{name: value for name, value in (row | more).items() if name in known} for row in rows]
            for row in filled:
                row.update({name: row["id"] for name in ("appointment_id", "event_id") if name in known})
            memory.connection.execute(insert(table), filled)
    return store


def ours(ready: Sequence[Ready], port: int, connections: int) -> float:
    """Letters a second through the outbox."""
    with tempfile.TemporaryDirectory() as name:
        store = prepared_store(Path(name), len(ready))
        started = time.perf_counter()
        more = {"connections": connections} if connections > 1 else {}
        settings = Smtp(host="127.0.0.1", port=port, security="none", greet_as="lakeside.example", **more)
        transport = SmtpTransport(settings, SENDER, {})
        ledger, journal = LetterLedger(store.begin, transport.name), Journal(Path(name) / "outbox.journal")
        tally = send(
            groups(ready, ledger), ledger, transport, journal, lambda: datetime.now(UTC), recipients_of=recipients_of
        )
        transport.close()
        journal.close()
        seconds = time.perf_counter() - started
        with store.begin() as memory:
            states = count_states(memory)
        store.close()
    if dict(tally) != {"sent": len(ready)} or states != {"sent": len(ready)}:
        sys.exit(f"Not every letter was sent: {dict(tally)} {tally.stopped}")
    return len(ready) / seconds


def groups(ready: Sequence[Ready], ledger: LetterLedger) -> Iterator[Sequence[Ready]]:
    """The letters as the job hands them over: group by group; a reminder carries no article."""
    unknown = [""] * (len(LetterFacts._fields) - 5)
    for start in range(0, len(ready), GROUP):
        for letter in ready[start : start + GROUP]:
            number = letter.letter_id
            ledger.expect(LetterFacts(number, number, "reminder", number, "Jamie", *unknown), [])
        yield ready[start : start + GROUP]


def bare(ready: Sequence[Ready], port: int) -> float:
    """Letters a second by the standard library alone."""
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port, local_hostname="lakeside.example") as server:
        for letter in ready:
            server.sendmail(SENDER, letter.recipient, letter.data)
    return len(ready) / (time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--letters", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--round-trip", type=float, default=0, metavar="MS", help="how far away the server is")
    parser.add_argument("--step-by-step", action="store_true", help="a server that does not offer PIPELINING")
    parser.add_argument("--connections", type=int, default=1, help="the setting of that name")
    parser.add_argument("--own-sink", action="store_true", help="sink.py even where smtp-sink is installed")
    chosen = parser.parse_args()
    ready = finished_letters(chosen.letters)
    postfix = bool(which_smtp_sink()) and not chosen.own_sink
    size = statistics.mean(len(letter.data) for letter in ready) / 1000
    print(
        f"{chosen.letters:,} letters of {size:.0f} KB to {'smtp-sink' if postfix else 'sink.py'}, "
        f"{'step by step' if chosen.step_by_step else 'PIPELINING'}, {chosen.round_trip:g} ms away, "
        f"connections: {chosen.connections}"
    )
    ratios = []
    with mail_sink(not chosen.step_by_step, postfix) as near, far_away(near, chosen.round_trip) as port:
        for turn in range(chosen.runs):
            guarded, plain = ours(ready, port, chosen.connections), bare(ready, port)
            ratios.append(guarded / plain)
            print(
                f"  {turn + 1} of {chosen.runs}: {1000 / guarded:.3f} ms a letter against {1000 / plain:.3f} ms, "
                f"{ratios[-1]:.2f} times its rate",
                flush=True,
            )
    print(f"{statistics.median(ratios):.2f} times the rate of the bare loop (median of {chosen.runs})")


if __name__ == "__main__":
    main()
