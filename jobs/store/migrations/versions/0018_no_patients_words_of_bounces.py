"""What a patient's out-of-office reply said is no longer kept as a mail server's words

A phone number (510-555-0142) or a house number (550 Main Street) in one was taken for the code of a bounce, and what
stood behind it was kept. The stop itself stays: only a person takes one back.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TAKEN_FOR_A_CODE = re.compile(r"[45]\d\d[ -]\S")
_STATUS = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])")
_CODE = re.compile(r"[45][0-7]\d[ -](?=[A-Za-z<({\[])")
_OF_A_SERVER = re.compile(
    r"\b(?:user|mailbox|recipient|addressee?|sender|account|(?:over)?quota|relay\w*|spam|message|mail|server|domain|"
    r"block\w*|black-?list\w*|grey-?list\w*|reject\w*|denied|refused|unknown|unavailable|invalid|no such|not found|"
    r"does(?: not|n't) exist|disabled|try again|temporar\w+|polic(?:y|ies)|not authenticated|storage|virus)\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"(?:letters cannot be delivered|\d+ times in \d+ days a letter did not get through, at last): ", re.DOTALL
)
_INSTEAD = "no reason was given"


def upgrade() -> None:
    for name, column, kind in (("stops", "reason", "source"), ("mailbox_messages", "detail", "kind")):
        table = sa.table(name, *(sa.column(each, sa.Text) for each in ("id", column, kind)))
        known = sa.select(table.c.id, table.c[column]).where(table.c[kind].in_(("bounce", "delay", "refused")))
        for row_id, text in op.get_bind().execute(known).all():
            if (shorter := _shorter(text)) != text:
                op.execute(sa.update(table).where(table.c.id == row_id).values({column: shorter}))


def _shorter(text: str) -> str:
    """The text without what a patient wrote; a mail server's words stay."""
    found = _REASON.match(text)
    before, words = (found[0], text[found.end() :]) if found else ("", text)
    if not _TAKEN_FOR_A_CODE.match(words) or _STATUS.search(words):
        return text
    code = _CODE.match(words)
    if code and _OF_A_SERVER.search(words, code.end()):
        return text
    return f"{before}{_INSTEAD}" if before else ""
