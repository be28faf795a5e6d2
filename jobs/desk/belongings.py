"""What root makes in the state folder belongs to the user that runs the jobs, who could not use or delete it else."""

import os
from contextlib import suppress
from pathlib import Path

from jobs.runner.settings import SettingsFaulty
from jobs.runner.settings_loading import load_settings


def give_back(home: Path) -> None:
    """Give all that root owns in the state folder to whom the folder belongs.

    A link is given, not what it leads to, and a file with a second name stays root's: that may lie elsewhere.
    """
    state = home / "var"
    with suppress(SettingsFaulty):
        state = load_settings(home).state_dir
    if state.is_dir() and (owner := state.stat()).st_uid != 0:
        _give(state, owner)


def _give(state: Path, owner: os.stat_result) -> None:
    for _, folders, files, here in os.fwalk(state):
        for name in (*folders, *files):
            with suppress(OSError):  # a run under way has taken it away, or the disk is another machine's
                status = os.stat(name, dir_fd=here, follow_symlinks=False)
                if status.st_uid == 0 and (name in folders or status.st_nlink == 1):
                    os.chown(name, owner.st_uid, owner.st_gid, dir_fd=here, follow_symlinks=False)
