"""What root's commands make in the state folder of a clinic belongs to the user that runs its jobs."""

import os
from pathlib import Path

import pytest
from hand_written_clinic import Clinic

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
USER, GROUP = 4711, 4712


def given_to_the_user(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, USER, GROUP, follow_symlinks=False)


def call(clinic: Clinic, *words: str) -> None:
    told = clinic.command(*words, moment="2026-03-04 09:15")
    assert told.exit_code == 0, told.output


def of_root(state: Path) -> set[str]:
    return {path.name for path in state.rglob("*") if (path.lstat().st_uid, path.lstat().st_gid) != (USER, GROUP)}


@pytest.mark.parametrize("words", [("backup",), ("preview", "reminder"), ("check",), ("run", "send_follow_ups")])
def test_whatever_root_calls_the_state_folder_stays_the_users(clinic: Clinic, words: tuple[str, ...]) -> None:
    given_to_the_user(clinic.home)
    before = {*(clinic.home / "var").rglob("*")}
    call(clinic, *words)
    assert {*(clinic.home / "var").rglob("*")} - before
    assert of_root(clinic.home / "var") == set()


def test_a_state_folder_elsewhere_is_given_back_too_and_nothing_beside_it(clinic: Clinic, tmp_path: Path) -> None:
    elsewhere = (clinic.home / "var").rename(tmp_path / "elsewhere")
    clinic.edit("config/clinic.yaml", "state_dir: var", f"state_dir: {elsewhere}")
    given_to_the_user(elsewhere)
    os.chown(clinic.home, USER, GROUP)
    for name in ("linked", "second name"):
        (tmp_path / name).write_text("root's own", "utf-8")
    (elsewhere / "link").symlink_to(tmp_path / "linked")
    (elsewhere / "second name").hardlink_to(tmp_path / "second name")
    call(clinic, "backup")
    assert list((elsewhere / "backups").glob("*.sqlite"))
    assert of_root(elsewhere) == {"second name"}
    assert (tmp_path / "linked").stat().st_uid == (tmp_path / "second name").stat().st_uid == 0


def test_a_clinic_whose_jobs_run_as_root_stays_roots(clinic: Clinic) -> None:
    os.chown(clinic.home, USER, GROUP)
    call(clinic, "backup")
    assert of_root(clinic.home / "var") >= {"backups", "clinic.sqlite"}
