"""What the law asks of a letter with news: the clinic's postal address, and a way to have no more of them.

CAN-SPAM Act, 15 U.S.C. 7704(a)(3) and (5). Letters about a person's own care carry both as well, but need not.
"""

from collections.abc import Callable
from html import unescape

from jobs.clinic.faults import Fault
from jobs.mail.fields import LetterValues
from jobs.mail.letter_forms import Written

_STOP = "mailto:stop@clinic.example?subject=stop"
_READER = LetterValues("Jamie", "2026-03-04T17:30:00Z", unsubscribe_mailto=_STOP)


def lacks(written: Written, must_say: tuple[str, ...]) -> tuple[str, ...]:
    """Those of these texts that one of the letter's two forms does not hold; each mail program shows one of them."""
    html = unescape(written.html)
    return tuple(text for text in must_say if text not in html or text not in written.text)


def news_faults(name: str, file: str, address: str, write: Callable[[str, LetterValues], Written]) -> list[Fault]:
    """What a letter with news lacks, as its made-up reader would get it."""
    missing = lacks(write(name, _READER), (address, _STOP))
    faults = []
    if address in missing:
        what = "This letter is news, and the law asks for the clinic's postal address in it."
        faults.append(Fault(file, 0, what, "Write {{ clinic.address }} into templates/shell.html and shell.txt."))
    if _STOP in missing:
        what = "This letter is news, and the law asks for a way to have no more of them in it."
        faults.append(Fault(file, 0, what, "Write {{ letter.stop_url }} into templates/shell.html and shell.txt."))
    return faults
