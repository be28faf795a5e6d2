"""The settings of a small clinic, line by line known to the tests."""

from datetime import UTC, datetime
from pathlib import Path

from jobs.runner.settings import Settings
from jobs.runner.settings_loading import load_settings

WEDNESDAY = datetime(2026, 3, 4, 18, 5, tzinfo=UTC)  # 10:05 in Los Angeles

CLINIC = """\
clinic:
  id: lakeside
  name: Lakeside Physical Therapy
  zone: America/Los_Angeles
  address: 1 Main Street, Lakeside
  phone: "555-0100"
  holidays: []
mail:
  mode: preview
  sender: hello@lakeside.example
  transport: smtp
  smtp:
    host: ""
    port: 587
    security: starttls
  daily_quota: 1500
installation:
  state_dir: var
  it_email: ""
  healthcheck_url: ""
"""
FOLLOW_UPS = """\
sending:
  days: [mon, tue, wed, thu, fri]
  opens: "09:00"
  closes: "18:00"
caps:
  letters: 2
  days: 7
rules:
  - name: welcome
    when: first_booking
    wait: 1 hour
    template: welcome.md
    unless: [future_visit]
    capped: no
  - name: missed_visit
    when: no_show
    wait: 2 hours
    template: missed_visit.md
"""
JOBS = """\
jobs:
  - name: pull_appointments
    when: ["every 1 hour"]
  - name: send_follow_ups
    when: ["every 10 minutes"]
  - name: summarize_referrals
    when: ["monday at 06:00"]
"""
SOURCES = """\
sources:
  - name: export
    path: exports/appointments*.csv
    take: newest
"""
_FILES = {"clinic.yaml": CLINIC, "follow_ups.yaml": FOLLOW_UPS, "jobs.yaml": JOBS, "sources.yaml": SOURCES}


def make_home(home: Path, *changes: tuple[str, str, str]) -> Path:
    """Write config/ and templates/ under `home`; each change is (file, what stands there, what shall stand there)."""
    (home / "config").mkdir(parents=True)
    (home / "templates").mkdir()
    for letter in ("welcome.md", "missed_visit.md", "README.md"):
        (home / "templates" / letter).write_text("---\nsubject: Hello\npreheader: Hello\n---\nHello\n", "utf-8")
    for name, text in _FILES.items():
        (home / "config" / name).write_text(text, "utf-8")
    for name, old, new in changes:
        change(home, name, old, new)
    return home


def change(home: Path, name: str, old: str, new: str) -> None:
    """Edit one file of config/ as a person would."""
    file = home / "config" / name
    text = file.read_text("utf-8")
    assert old in text, f"{name} has no {old!r}"
    file.write_text(text.replace(old, new, 1), "utf-8")


def live(home: Path, port: int, mode: str = "live") -> Settings:
    """Settings by which mail leaves over a server on the loopback address, and the IT person is told."""
    change(home, "clinic.yaml", "mode: preview", f"mode: {mode}\n  redirect_to: office@lakeside.example")
    change(home, "clinic.yaml", 'host: ""', "host: 127.0.0.1")
    change(home, "clinic.yaml", "port: 587", f"port: {port}")
    change(home, "clinic.yaml", "security: starttls", "security: none")
    change(home, "clinic.yaml", 'it_email: ""', "it_email: it@lakeside.example")
    return load_settings(home)
