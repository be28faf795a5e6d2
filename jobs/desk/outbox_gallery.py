"""Shows the letters of the outbox folder as the patients would see them."""

from collections.abc import Iterable
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from jobs.mail.gallery import GalleryLetter, write_gallery
from jobs.runner.tools import Tools
from jobs.store.patient_story import sent_letters

MOST = 200  # letters on one page; a browser reads more of them slowly


def write_outbox_gallery(tools: Tools) -> Path:
    """Write the page of the newest letters in the outbox folder, the rules in the order of config/follow_ups.yaml."""
    folder = tools.state_dir / tools.settings.mail.folder
    files = {int(path.name.partition("-")[0]): path for path in folder.glob("*/*.eml")}
    with tools.store.begin() as memory:
        sent = sent_letters(memory, sorted(files)[-MOST:])
    order = [rule.name for rule in tools.settings.follow_ups.rules]
    shown = [
        _letter(tools, files[line.letter_id], line.rule, line.sent_at, line.what, line.articles)
        for line in sorted(
            sent, key=lambda line: (order.index(line.rule) if line.rule in order else 99, line.letter_id)
        )
    ]
    return write_gallery(folder, shown)


def _letter(
    tools: Tools, path: Path, rule: str, sent_at: str, what: str, articles: Iterable[tuple[str, str]]
) -> GalleryLetter:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    parts = {part.get_content_type(): str(part.get_content()) for part in message.iter_parts()}
    why = "; ".join([f"event: {what.replace('_', '-')}", *(f"article {slug}: {reason}" for slug, reason in articles)])
    day = f"{datetime.fromisoformat(sent_at).astimezone(tools.settings.clinic.tzinfo):%A, %B %d, %H:%M}"
    title = rule.replace("_", " ").capitalize()
    html, text = parts.get("text/html", ""), parts.get("text/plain", "")
    return GalleryLetter(title, rule, str(message["Subject"]), "", html, text, str(message["To"]), day, why)
