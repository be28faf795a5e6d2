"""Rules that have letters planned and stand in config/follow_ups.yaml no more: renamed, or taken out."""

from collections.abc import Iterator
from pathlib import Path

from jobs.clinic.faults import Fault
from jobs.runner.settings import Settings
from jobs.runner.yaml_file import Unreadable, read_yaml
from jobs.store.early_look import early_letters

RULES = "config/follow_ups.yaml"


def rules_gone(home: Path, settings: Settings) -> Iterator[Fault]:
    """A fault for each such rule, with what it may be called by now."""
    follow_ups = settings.follow_ups
    for name, template, count in early_letters(settings.database_url, settings.clinic.id):
        if follow_ups.rule(name):
            continue
        letters = "1 letter that was planned waits" if count == 1 else f"{count} letters that were planned wait"
        what = f"The rule {name} is not there any more; {letters} for it, until too late."
        now = [rule.name for rule in follow_ups.rules if rule.template == template]
        renamed = f"If its name is {now[0]} now, write {name} there again. " if len(now) == 1 else ""
        off = f"{'If it was taken out, w' if renamed else 'W'}rite it again"
        line = line_of_rule(home, now[0]) if renamed else 0
        yield Fault(RULES, line, what, f"{renamed}{off}, with `on: no` if those letters shall not leave.")


def line_of_rule(home: Path, rule: str) -> int:
    """Where a rule begins in the file of the rules; 0 where it is not there."""
    try:
        yaml = read_yaml(RULES, (home / RULES).read_bytes())
    except (Unreadable, OSError):  # other rules were asked about, those of before
        return 0
    listed = yaml.value(("rules",))
    names = [each.get("name") for each in (listed if isinstance(listed, list) else ()) if isinstance(each, dict)]
    return yaml.line(("rules", names.index(rule), "name")) if rule in names else 0
