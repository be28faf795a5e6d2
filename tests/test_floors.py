"""The house stands on its floors: no import runs upward, every job and room says what it is for."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GROUND = ("clinic", "machine", "google")
MIDDLE = ("sources", "store", "articles", "mail", "reports")
JOINING = ("answering", "pulling", "sending", "summarizing")  # join rooms of the middle for the jobs, as a job would
TOP = ("desk", "made_up")
LONGEST = 400  # lines of a module; the house aims at 300
A_JOB = "(a job)"
FRONT_DOOR = "(the front door)"
SETTINGS_OF_ROOMS = {
    "jobs.clinic.profile", "jobs.clinic.follow_ups", "jobs.clinic.faults", "jobs.clinic.durations",
    "jobs.clinic.letter_names", "jobs.articles.settings",
    "jobs.mail.settings", "jobs.sources.source", "jobs.google.settings",
    "jobs.mail.message", "jobs.mail.records", "jobs.mail.letter_forms", "jobs.mail.transports",
    "jobs.store.early_look", "jobs.store.memory", "jobs.store.runs", "jobs.sources.reading",
}  # fmt: skip
"""What the runner may know of the rooms: their settings, how a notice is mailed, where runs are recorded, and the
process that it keeps ready for a job."""


def floor_of(file: Path, root: Path) -> str:
    """The room that a file stands in."""
    parts = file.relative_to(root).parts
    if parts == ("run_jobs.py",):
        return FRONT_DOOR
    return parts[1] if len(parts) > 2 else A_JOB


def may_import(floor: str, module: str, root: Path) -> bool:
    """Whether a file on this floor may import this module of ours."""
    parts = module.split(".")
    if floor == FRONT_DOOR:
        return module.startswith("jobs.desk")
    if len(parts) == 1:
        return False  # `import jobs` does not say what is used
    room = parts[1] if (root / "jobs" / parts[1]).is_dir() else A_JOB
    if floor in ("clinic", "machine"):
        return room == floor
    if floor == "google":
        return room in GROUND
    if floor in MIDDLE:
        return room in (*GROUND, floor)
    if floor == "runner":
        return room in ("runner", "machine") or module in SETTINGS_OF_ROOMS
    if floor in JOINING:
        return room in (*GROUND, "runner", *MIDDLE, floor)
    if floor == A_JOB:
        return room in (*GROUND, "runner", *MIDDLE, *JOINING)
    return room not in TOP or room == floor or floor == "desk"


def imports_of(file: Path, root: Path) -> Iterator[tuple[int, str]]:
    """(line, module) of everything of ours that a file imports: at its top, in a function, or for its types only."""
    package = file.relative_to(root).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name.split(".")[0] == "jobs")
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            if module.split(".")[0] == "jobs":
                found = {_deepest(root, module, alias.name) for alias in node.names}
                yield from ((node.lineno, name) for name in sorted(found - {"jobs"}))  # jobs itself: its VERSION


def _deepest(root: Path, module: str, name: str) -> str:
    """`from jobs.store import memory` imports jobs.store.memory; `from jobs.store.memory import Store` that as well."""
    below = root.joinpath(*module.split("."), name)
    return f"{module}.{name}" if below.with_suffix(".py").exists() or below.is_dir() else module


def files_of(root: Path) -> list[Path]:
    return [root / "run_jobs.py", *sorted((root / "jobs").rglob("*.py"))]


def upward(root: Path) -> list[str]:
    """Every import that runs upward, as `file:line imports module`."""
    return [
        f"{file.relative_to(root)}:{line} imports {module}"
        for file in files_of(root)
        for line, module in imports_of(file, root)
        if not may_import(floor_of(file, root), module, root)
    ]


def test_no_import_runs_upward() -> None:
    assert upward(ROOT) == []


def test_the_tree_that_is_read_is_the_whole_house() -> None:
    floors = {floor_of(file, ROOT) for file in files_of(ROOT)}
    assert floors == {FRONT_DOOR, A_JOB, *GROUND, "runner", *MIDDLE, *JOINING, *TOP}
    assert sum(1 for file in files_of(ROOT) for _ in imports_of(file, ROOT)) > 300


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("jobs/clinic/rules.py", "from jobs.store.memory import Store"),
        ("jobs/clinic/rules.py", "import jobs.mail.outbox"),
        ("jobs/clinic/rules.py", "def rule():\n    from jobs.runner import settings"),
        ("jobs/clinic/rules.py", "if TYPE_CHECKING:\n    from jobs.store import memory"),
        ("jobs/clinic/rules.py", "from ..store import memory"),
        ("jobs/clinic/rules.py", "from jobs import send"),
        ("jobs/clinic/rules.py", "from jobs import VERSION, store"),
        ("jobs/clinic/rules.py", "from jobs.machine import whole_files"),
        ("jobs/machine/apart.py", "from jobs.clinic import rules"),
        ("jobs/store/memory.py", "from jobs.mail.outbox import Ready"),
        ("jobs/store/memory.py", "from jobs.runner.tools import Tools"),
        ("jobs/mail/transports/smtp.py", "from jobs.store.memory import Store"),
        ("jobs/runner/tools.py", "from jobs.desk import commands"),
        ("jobs/runner/tools.py", "from jobs.clinic.last_look import look"),
        ("jobs/runner/tools.py", "from jobs.send import run"),
        ("jobs/send.py", "from jobs.desk import commands"),
        ("jobs/store/memory.py", "from jobs.sending import deciding"),
        ("jobs/sending/deciding.py", "from jobs.send import run"),
        ("jobs/sending/deciding.py", "from jobs.pulling import saving"),
        ("jobs/send.py", "from jobs.pull import run"),
        ("jobs/made_up/make.py", "from jobs.desk import demo"),
        ("run_jobs.py", "from jobs.store.memory import Store"),
    ],
)
def test_an_import_that_runs_upward_is_found(tmp_path: Path, file: str, line: str) -> None:
    for room in (*GROUND, "runner", *MIDDLE, *JOINING, *TOP):
        (tmp_path / "jobs" / room).mkdir(parents=True)
    for job in ("pull", "send"):
        (tmp_path / "jobs" / f"{job}.py").write_text("from jobs.clinic import rules\n", "utf-8")
    for module in ("clinic/rules", "store/memory", "runner/settings", "desk/commands", "desk/demo"):
        (tmp_path / "jobs" / f"{module}.py").write_text('"""Nothing."""\n', "utf-8")
    (tmp_path / "run_jobs.py").write_text("from jobs.desk.commands import cli\n", "utf-8")
    assert upward(tmp_path) == []
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(line + "\n", "utf-8")
    (found,) = upward(tmp_path)
    assert found.startswith(f"{file}:{line.count(chr(10)) + 1} imports jobs.")


def test_a_job_has_a_docstring_and_one_public_function_run() -> None:
    for file in sorted((ROOT / "jobs").glob("[!_]*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        first_line = (ast.get_docstring(tree) or "").split("\n")[0]
        assert 20 < len(first_line) < 120 and first_line.endswith("."), f"{file.name} does not say what it does"
        runs = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "run"]
        assert [ast.unparse(run.args) for run in runs] == ["tools: Tools, today: date"], file.name
        assert runs[0].returns is not None and ast.unparse(runs[0].returns) == "Outcome", file.name
        assert ast.get_docstring(runs[0]), f"{file.name}: run() does not say what it does"


def test_every_room_says_in_one_sentence_what_it_is_for() -> None:
    for folder in sorted({file.parent for file in files_of(ROOT)[1:] if "versions" not in file.parts}):
        init = folder / "__init__.py"
        assert init.exists(), f"{folder.relative_to(ROOT)} has no __init__.py"
        words = ast.get_docstring(ast.parse(init.read_text("utf-8"))) or ""
        sentence = words.split("\n\n")[0]
        assert sentence.endswith(".") and 20 < len(sentence) < 250, f"{init.relative_to(ROOT)}: {sentence!r}"


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(file) for file in files_of(ROOT) if not ast.get_docstring(ast.parse(file.read_text("utf-8")))]
    assert silent == []


def test_no_module_is_longer_than_a_person_reads() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text("utf-8").splitlines()) for file in files_of(ROOT)}
    assert {file: length for file, length in lengths.items() if length > LONGEST and "/versions/" not in file} == {}


def test_nothing_but_the_named_folders_stands_at_the_top() -> None:
    asked_for = {"jobs", "templates", "config", "tests", "run_jobs.py", "requirements.txt"}
    of_any_repository = {
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Makefile",
        "pyproject.toml",
        "docs",
    }
    shown = {path.name for path in ROOT.iterdir() if not path.name.startswith((".", "__"))} - {"var"}
    assert asked_for <= shown
    assert shown <= asked_for | of_any_repository


def test_the_clinic_floor_reads_no_clock_and_opens_nothing() -> None:
    """Its rules are given the day: what they decide can be decided again, and tested."""
    forbidden = {"open", "now", "today", "utcnow", "read_text", "read_bytes", "write_text", "urlopen", "connect"}
    called = [
        f"{file.name}:{node.lineno} {name}"
        for file in sorted((ROOT / "jobs" / "clinic").glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and (name := getattr(node.func, "attr", getattr(node.func, "id", ""))) in forbidden
    ]
    assert called == []
