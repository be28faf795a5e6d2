"""Settings that were checked once are not checked again while nothing changed; anything that changed is noticed."""

import os
import pickle
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from small_clinic import change

from jobs.runner import settings_loading as room
from jobs.runner.settings import Settings
from jobs.runner.settings_loading import load_settings


def kept(home: Path) -> Path:
    (file,) = (home / "var" / "cache").glob("settings-*")
    return file


def forge(home: Path) -> Settings:
    """Put other settings into the kept file, so that a reader of it can be told from one who checks anew."""
    good = load_settings(home)
    kept(home).write_bytes(pickle.dumps(good._replace(clinic=replace(good.clinic, name="Forged"))))
    return good


def test_unchanged_settings_are_taken_from_the_kept_file(home: Path) -> None:
    forge(home)
    assert load_settings(home).clinic.name == "Forged"


def test_the_kept_file_is_for_its_user_alone(home: Path) -> None:
    load_settings(home)
    assert kept(home).stat().st_mode & 0o777 == 0o600
    assert kept(home).parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", room.CONFIG_FILES)
def test_a_changed_file_is_noticed(home: Path, name: str) -> None:
    forge(home)
    file = home / "config" / name
    file.write_text(file.read_text("utf-8") + "# a comment\n", "utf-8")
    assert load_settings(home).clinic.name == "Lakeside Physical Therapy"


def test_a_letter_that_was_renamed_is_no_fault_of_the_settings(home: Path) -> None:
    forge(home)
    (home / "templates" / "welcome.md").rename(home / "templates" / "hello.md")
    assert load_settings(home).clinic.name == "Forged"


def test_a_changed_program_is_noticed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forge(home)
    monkeypatch.setattr(room, "_program_print", lambda: b"another version")
    assert load_settings(home).clinic.name == "Lakeside Physical Therapy"


def test_settings_of_another_folder_are_not_taken(home: Path, tmp_path: Path) -> None:
    forge(home)
    copied = tmp_path / "copied"
    shutil.copytree(home, copied)
    assert load_settings(copied).clinic.name == "Lakeside Physical Therapy"
    assert load_settings(copied).state_dir == copied / "var"


def test_a_kept_file_that_others_may_write_is_not_believed(home: Path) -> None:
    forge(home)
    kept(home).chmod(0o622)
    assert load_settings(home).clinic.name == "Lakeside Physical Therapy"


def test_a_kept_file_of_another_user_is_not_believed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forge(home)
    mine = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    assert load_settings(home).clinic.name == "Lakeside Physical Therapy"


@pytest.mark.parametrize("content", [b"", b"damaged", pickle.dumps("no settings"), b"\x80\x05c_no_module\nname\n."])
def test_a_damaged_kept_file_is_no_fault(home: Path, content: bytes) -> None:
    load_settings(home)
    kept(home).write_bytes(content)
    assert load_settings(home).clinic.name == "Lakeside Physical Therapy"


def test_only_the_newest_settings_are_kept(home: Path) -> None:
    load_settings(home)
    before = kept(home)
    change(home, "clinic.yaml", "daily_quota: 1500", "daily_quota: 1400")
    load_settings(home)
    assert kept(home) != before


def test_a_folder_that_cannot_keep_settings_still_has_some(home: Path) -> None:
    (home / "var").write_text("a file where the folder belongs", "utf-8")
    assert load_settings(home).clinic.id == "lakeside"
