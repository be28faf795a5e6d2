"""Takes new mail in, batch by batch; each batch whole or not at all."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from jobs.answering.following import Bounced, keep, stop_bounced
from jobs.clinic.durations import parse_duration
from jobs.clinic.follow_ups import utc_text
from jobs.mail.mailbox import Mailbox
from jobs.mail.stop_secret import stop_secret
from jobs.runner.tools import Tools
from jobs.store.kept_secret import kept_secret
from jobs.store.mailbox_messages import read_before, read_up_to, set_read_at, set_read_up_to

_OVERLAP = timedelta(days=1)


def take_in(tools: Tools, mailbox: Mailbox, tally: Counter[str]) -> None:
    """Sort every new mail and keep what it is, batch by batch; each batch whole or not at all."""
    from jobs.mail.mailbox.sorter import Sorter

    with tools.store.begin() as memory:
        place, last = read_up_to(memory, mailbox.name)
    first = tools.now - parse_duration(tools.settings.mail.mailbox.first_look_back)
    since = datetime.fromisoformat(last) - _OVERLAP if last else first

    def known(uids: Collection[str]) -> set[str]:
        with tools.store.begin() as memory:
            return read_before(memory, mailbox.name, uids)

    secret = stop_secret(tools.state_dir, partial(kept_secret, tools.store))
    with Sorter(secret, tools.settings.clinic.id) as sorter:
        for batch in mailbox.new_mail(place, since, known):
            answers = [(mail.uid, sorter.sort(mail.data)) for mail in batch.mails]
            bounced = list[Bounced]()
            with tools.store.begin() as memory:
                for uid, answer in answers:
                    tally.update(keep(memory, tools, mailbox.name, uid, answer, bounced, secret))
                tally.update(stop_bounced(memory, tools, bounced))
                set_read_up_to(memory, mailbox.name, batch.read_up_to)
    with tools.store.begin() as memory:
        set_read_at(memory, mailbox.name, utc_text(tools.now))
