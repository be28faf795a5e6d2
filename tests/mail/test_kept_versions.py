"""A letter that was saved with a fault: the last version that passed its check goes on, and none is ever lost."""

import shutil
import threading
from pathlib import Path

import pytest

from jobs.clinic.profile import ClinicProfile
from jobs.mail.fields import LetterValues
from jobs.mail.kept_versions import KeptVersions
from jobs.mail.letter_forms import PARTS
from jobs.mail.real_trials import day_of_trials, keep_trials, masked, read_trials
from jobs.mail.templates import TRIALS, VERSIONS, Letters, load_letters
from jobs.mail.writing import LetterWriter

SHIPPED = Path(__file__).resolve().parents[2] / "templates"
CLINIC = ClinicProfile("riverbend", "Riverbend", "UTC", "1 Main Street", "555-0100", "https://riverbend.example")
HEAD = "---\nsubject: A plain subject\n---\n"


class Desk:
    """A folder of letters, and the state folder that remembers them."""

    def __init__(self, home: Path) -> None:
        self.folder, self.state = home / "templates", home / "var"
        self.folder.mkdir()
        for name in PARTS:
            shutil.copy(SHIPPED / name, self.folder)

    def save(self, name: str, text: str) -> Letters:
        (self.folder / name).write_text(text, "utf-8")
        return self.load()

    def load(self, anew: bool = False) -> Letters:
        return load_letters(self.folder, CLINIC, self.state, anew=anew)

    def kept(self) -> KeptVersions:
        return KeptVersions(self.state / VERSIONS)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def said(letters: Letters, name: str = "letter.md") -> str:
    return letters.write(name, LetterValues("Jamie")).text.partition("\n")[0]


def test_the_last_good_version_goes_on_until_the_mistake_is_mended(desk: Desk) -> None:
    desk.save("letter.md", HEAD + "First words")
    desk.save("letter.md", HEAD + "Second words")
    broken = desk.save("letter.md", HEAD + "Third {{ clinic.nam }}")
    assert said(broken) == "Second words" and broken.usable == {"letter.md"}
    assert [(earlier.name, earlier.number) for earlier in broken.instead] == [("letter.md", 2)]
    assert [fault.line for fault in broken.faults] == [4]
    mended = desk.save("letter.md", HEAD + "Third {{ clinic.name }}")
    assert said(mended) == "Third Riverbend" and mended.instead == () and mended.faults == []


def test_a_file_that_cannot_be_read_is_a_fault_of_its_letter_alone(desk: Desk) -> None:
    desk.save("other.md", HEAD + "Other words")
    desk.save("letter.md", HEAD + "First words")
    (desk.folder / "letter.md").unlink()
    (desk.folder / "letter.md").mkdir()  # for root, every file can be read
    letters = desk.load()
    assert list(map(str, letters.faults)) == [
        "templates/letter.md: The file cannot be read (Is a directory).\nLet the user that runs the jobs read it."
    ]
    assert said(letters) == "First words" and said(letters, "other.md") == "Other words"
    assert [(earlier.name, earlier.number) for earlier in letters.instead] == [("letter.md", 1)]


def test_a_letter_that_was_never_good_is_not_used(desk: Desk) -> None:
    letters = desk.save("letter.md", HEAD + "{{ clinic.nam }}")
    assert not letters.usable and letters.instead == ()


def test_with_a_broken_shell_the_newest_letters_go_on_in_the_last_good_one(desk: Desk) -> None:
    desk.save("letter.md", HEAD + "First words")
    desk.save("shell.html", "<p>no place for the letter</p>")
    letters = desk.save("letter.md", HEAD + "Second words")
    assert said(letters) == "Second words"
    assert [(earlier.name, earlier.number) for earlier in letters.instead] == [("shell.html", 1)]
    assert {fault.file for fault in letters.faults} == {"templates/shell.html"}


def test_every_version_is_counted_and_whether_it_passed(desk: Desk) -> None:
    for words in ("One", "{{ two }}", "Three", "Three", "One"):
        desk.save("letter.md", HEAD + words)
    history = desk.kept().history("letter.md")
    assert [(version.number, version.passed) for version in history] == [(1, True), (2, False), (3, True), (4, True)]
    assert [desk.kept().text(version) for version in history] == [
        (HEAD + words).encode() for words in ("One", "{{ two }}", "Three", "One")
    ]


def test_an_edit_in_the_middle_of_a_run_changes_nothing_in_that_run(desk: Desk) -> None:
    run = desk.save("letter.md", HEAD + "Before")
    desk.save("letter.md", HEAD + "After")
    (desk.folder / "shell.txt").unlink()
    assert said(run) == "Before"


def test_the_run_hears_which_earlier_versions_go_on(desk: Desk) -> None:
    desk.save("letter.md", HEAD + "First words")
    desk.save("letter.md", HEAD + "{{ clinic.nam }}")
    with LetterWriter(desk.load) as writer:
        assert writer.usable == {"letter.md"}
        assert [(earlier.name, earlier.number) for earlier in writer.instead] == [("letter.md", 1)]


def test_a_lost_or_damaged_text_is_never_sent_as_a_letter(desk: Desk) -> None:
    desk.save("letter.md", HEAD + "First words")
    good = desk.kept().history("letter.md")[0]
    desk.save("letter.md", HEAD + "{{ clinic.nam }}")
    (desk.state / VERSIONS / good.text).write_bytes(b"something else")
    assert not desk.load(anew=True).usable
    assert desk.kept().text(good) is None


def test_a_line_that_was_cut_short_costs_no_other_version(desk: Desk) -> None:
    desk.save("letter.md", HEAD + "First words")
    with (desk.state / VERSIONS / "history.jsonl").open("ab") as history:
        history.write(b'{"name": "let')
    desk.save("letter.md", HEAD + "Second words")
    assert [version.number for version in desk.kept().history("letter.md")] == [1, 2]
    assert said(desk.save("letter.md", HEAD + "{{ x }}")) == "Second words"


def test_versions_that_are_noticed_at_the_same_moment_are_each_kept_once(tmp_path: Path) -> None:
    texts = [f"text {number}".encode() for number in range(20)]

    def notice(mine: list[bytes]) -> None:
        for text in mine:
            KeptVersions(tmp_path).saw("letter.md", text, "2026-03-04T17:30:00Z")

    threads = [threading.Thread(target=notice, args=(texts[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = KeptVersions(tmp_path)
    assert sorted(kept.text(version) or b"" for version in kept.history("letter.md")) == sorted(texts)


def test_where_nothing_can_be_kept_the_letters_are_used_all_the_same(desk: Desk) -> None:
    desk.state.write_text("a file where the folder should be", "utf-8")
    assert said(desk.save("letter.md", HEAD + "Words")) == "Words"


def test_a_letter_is_tried_on_what_real_rows_hold_and_tells_nothing_of_them(desk: Desk) -> None:
    endless = "Robin " * 12_000
    keep_trials(
        desk.state / TRIALS, "2026-03-04", [("Mira", "2026-03-04T17:30:00Z", "Robin", ""), ("Mira", "x", "", "")]
    )
    letters = desk.save("letter.md", HEAD + "With {{ appointment.provider }}")
    assert [(fault.what, fault.line) for fault in letters.faults] == [
        ("The letter cannot be written to one of the clinic's patients (row 2) (ValueError).", 0)
    ]
    keep_trials(desk.state / TRIALS, "2026-03-05", [("Mira", "2026-03-04T17:30:00Z", endless, "")])
    assert desk.load(anew=True).faults == []  # a long text is cut, not refused


def test_no_patient_can_be_told_from_what_is_kept_for_trials(tmp_path: Path) -> None:
    path = tmp_path / "trials.json"
    keep_trials(path, "2026-03-04", [("Mira-Łucja O'Quill 2nd", "2026-03-04T17:30:00Z", "Dr. Ash", "Suite 12")])
    ((name, _, provider, place, *_),) = read_trials(path)
    assert (name, provider, place) == ("Xxxx-Xxxxx X'Xxxxx 0xx", "Xx. Xxx", "Xxxxx 00")
    assert masked("naïve 李") == "xxxxx x" and "Mira" not in path.read_text("utf-8")
    assert path.stat().st_mode & 0o777 == 0o600 and day_of_trials(path) == "2026-03-04"
    path.write_text('{"rows": [[1], "x", ["a", "b", "c", "d"]]}', "utf-8")
    assert [row.first_name for row in read_trials(path)] == ["a"] and day_of_trials(path) == ""
