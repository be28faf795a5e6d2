"""The whole story of one patient: what was sent, what was left out and what is planned, each with its reason."""

from datetime import datetime

from rich.console import Console
from rich.table import Table

from jobs.runner.tools import Tools
from jobs.send_follow_ups import plan
from jobs.store.patient_story import StoryLine, find_patients, story


def show_why(tools: Tools, patient: str) -> bool:
    """Print the story of the patient that a number, an e-mail address or a name means; False where nobody is meant."""
    console = Console()
    plan(tools, tools.today)
    with tools.store.begin() as memory:
        found = find_patients(memory, patient)
        stories = {patient_id: story(memory, patient_id) for patient_id, _, _ in found[:10]}
    if not found:
        console.print("Nobody is known by this. Give the number that the practice system uses, an address or a name.")
        return False
    for patient_id, first_name, last_name in found[:10]:
        console.print(_table(tools, f"No. {patient_id}: {first_name} {last_name}", stories[patient_id]))
    if len(found) > 10:
        console.print(f"{len(found) - 10} more patients match; ask for one of them by number.")
    return True


def _table(tools: Tools, title: str, lines: list[StoryLine]) -> Table:
    table = Table("Due", "Letter", "Because of", "What became of it", "Why", title=title)
    for line in lines:
        articles = "; ".join(f"article {slug}: {reason}" for slug, reason in line.articles)
        state = f"sent {_local(tools, line.sent_at)}" if line.sent_at else line.state
        because = f"{line.what.replace('_', '-')} of {_local(tools, line.event_starts_at)}"
        table.add_row(_local(tools, line.due_at), line.rule, because, state, line.reason or articles or _plainly(line))
    if not lines:
        table.add_row("", "", "", "nothing", "no event of this patient has called for a letter since the rules began")
    return table


def _plainly(line: StoryLine) -> str:
    return {"planned": "waits for its day", "sent": f"rule {line.rule}"}.get(line.state, "")


def _local(tools: Tools, moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(tools.settings.clinic.tzinfo):%Y-%m-%d %H:%M}"
