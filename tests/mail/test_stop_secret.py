"""The secret that seals the stop links is there whole or not at all."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jobs.mail import stop_secret as module
from jobs.mail.stop_secret import SecretDamaged


def stop_secret(state_dir: Path) -> bytes:
    """As where nobody else keeps it, and no letter is out."""
    return module.stop_secret(state_dir, lambda offered, is_new: offered)


def test_it_is_made_once_and_only_its_user_can_read_it(tmp_path: Path) -> None:
    first = stop_secret(tmp_path)
    assert len(first) == 32 and stop_secret(tmp_path) == first
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_of_many_that_make_it_at_once_all_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(stop_secret, [tmp_path] * 40))) == 1


def test_one_that_another_process_made_just_now_is_taken_and_not_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing_yet(state_dir: Path) -> bytes:
        (state_dir / "secret").write_bytes(b"a" * 32)  # right after it was looked for
        return b""

    monkeypatch.setattr(module, "secret_in", nothing_yet)
    assert stop_secret(tmp_path) == b"a" * 32


def test_where_an_empty_one_asks_for_a_new_one_the_first_that_is_made_stays(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()

    def kept(offered: bytes, *, is_new: bool) -> bytes:
        (tmp_path / "secret").write_bytes(b"b" * 32)  # by another process meanwhile
        return offered

    assert module.stop_secret(tmp_path, kept) == b"b" * 32


def test_an_empty_one_seals_nothing_and_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()
    assert len(stop_secret(tmp_path)) == 32


@pytest.mark.parametrize("found", [b"x", b"x" * 31, b"x" * 33])
def test_a_damaged_one_seals_nothing_and_says_what_to_do(tmp_path: Path, found: bytes) -> None:
    (tmp_path / "secret").write_bytes(found)
    with pytest.raises(SecretDamaged) as told:
        stop_secret(tmp_path)
    assert str(told.value) == (
        f"{tmp_path / 'secret'} is damaged: it must hold 32 bytes. Put it back from the backup. Without one, delete "
        "it: then the one that the database keeps is put in its place."
    )


def test_on_a_full_disk_none_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("jobs.mail.stop_secret.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        stop_secret(tmp_path)
    assert list(tmp_path.iterdir()) == []
