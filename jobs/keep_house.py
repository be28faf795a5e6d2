"""Back up the clinic's memory, delete what need not be kept any longer, and keep the database small."""

from datetime import date, timedelta
from functools import partial
from pathlib import Path

from jobs.clinic.durations import parse_duration
from jobs.clinic.follow_ups import utc_text
from jobs.mail.kept_letters import forget_letters
from jobs.runner.log import forget_logs
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools
from jobs.sending.letter_loading import load_clinic_letters
from jobs.sending.time_of_day import why_not_now
from jobs.store.backups import BackupFailed, back_up, drop_old_backups, drop_unfinished
from jobs.store.retention import forget_records, keep_small

_LOGS_KEPT = timedelta(days=365)


def run(tools: Tools, today: date) -> Outcome:
    """Back up first; only what is safe in a good backup is tidied, and by a clock that is not believed nothing is."""
    database = tools.store.file
    notes, files = [], []
    if database is None:
        notes.append("This database is not SQLite; back it up by its own means.")
    else:
        try:
            files.append(back_up_with_secret(tools, database, tools.state_dir / "backups"))
        except BackupFailed as reason:
            return Outcome(failed=f"{reason} Nothing was deleted.")
        drop_unfinished(database)  # a `restore` holds this job's lock: none is at work
    load_clinic_letters(tools.home, tools.settings.clinic, tools.state_dir)  # keeps versions that no run has looked at
    doubt = why_not_now(tools, so="Nothing was deleted.")
    counts = {} if doubt else _forget(tools, today)
    if database is not None:
        counts["bytes won"] = keep_small(database)
    return Outcome({"backups made": len(files), **counts}, (*notes, *filter(None, [doubt])), tuple(files))


def _forget(tools: Tools, today: date) -> dict[str, int]:
    """Delete what need not be kept any longer, and say how much of it; old backups go when the new one is good."""
    kept, counts = tools.settings.installation, {}
    if tools.store.file is not None:
        counts["backups deleted"] = drop_old_backups(tools.state_dir / "backups", kept.keep_backups, tools.now)
    with tools.store.begin() as memory:
        counts["records deleted"] = forget_records(memory, utc_text(tools.now - parse_duration(kept.keep_records)))
    folder = tools.state_dir / tools.settings.mail.folder
    counts["letters deleted from the folder"] = forget_letters(folder, today - parse_duration(kept.keep_letters))
    counts["logs deleted"] = forget_logs(tools.state_dir, tools.now - _LOGS_KEPT)
    return counts


def back_up_with_secret(tools: Tools, database: Path, folder: Path) -> Path:
    """A checked copy of the database, and beside it the secret that seals the stop links of letters already out. Raises
    BackupFailed, and SecretDamaged where there is no secret: the copy is made all the same."""
    from jobs.mail.stop_secret import SecretDamaged, keep_secret_beside, stop_secret
    from jobs.store.kept_secret import keep_secret, kept_secret

    lost, secret = None, b""
    try:
        secret = stop_secret(tools.state_dir, partial(kept_secret, tools.store))
        with tools.store.begin() as memory:
            keep_secret(memory, secret)
    except SecretDamaged as reason:
        lost = reason
    path = back_up(database, folder, tools.now)
    if lost:
        raise lost
    keep_secret_beside(secret, folder)
    return path
