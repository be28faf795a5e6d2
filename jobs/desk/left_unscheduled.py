"""Jobs that nothing runs: a clinic that an earlier program set up has no entry for those that came later."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from jobs.runner.discover import MAILBOX, job_names
from jobs.runner.settings import Settings

_BLOG = "refresh_articles"


class _Job(NamedTuple):
    """What a clinic goes without, and when the job runs in a new one."""

    without: str
    usual: str


_JOBS = {
    "pull_appointments": _Job("no appointment is read", "every 1 hour"),
    MAILBOX: _Job("nobody reads which letters came back and who wants no more of them", "every 10 minutes"),
    "send_follow_ups": _Job("no letter is sent", "every 10 minutes"),
    _BLOG: _Job("the blog that clinic.yaml names is not read", "sunday at 05:00"),
    "summarize_referrals": _Job("no workbook is written", "monday at 06:00"),
    "keep_house": _Job("no backup is made and nothing old is deleted", "daily at 03:30"),
}


def left_unscheduled(settings: Settings, jobs: Iterable[str] | None = None) -> Iterator[str]:
    """A sentence for each job that this clinic needs and config/jobs.yaml names with no time. One that an entry
    switches off (`on: no`) is meant to rest."""
    named = {job.name for job in settings.jobs}
    settled = {job.name for job in settings.jobs if job.when or not job.on}
    needless = set() if settings.mail.mailbox.by else {MAILBOX}
    needless |= set() if settings.articles.blog else {_BLOG}
    for name in job_names() if jobs is None else jobs:
        if name not in settled | needless:
            without, usual = _JOBS.get(name, _Job("its work is not done", "daily at 04:00"))
            remedy = (
                f'Write a time into the `when:` of its entry, such as ["{usual}"], or `on: no` if it shall not run.'
                if name in named
                else f'Write there: `- {{name: {name}, when: ["{usual}"]}}`, with `on: no` in it if it shall not run.'
            )
            yield f"config/jobs.yaml does not say when {name} runs, so {without}. {remedy}"
