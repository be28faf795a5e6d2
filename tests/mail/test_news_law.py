"""No letter with news goes out without the clinic's postal address and a way to stop it."""

import pytest

from jobs.clinic.faults import Fault
from jobs.clinic.profile import is_postal_address
from jobs.mail.fields import LetterValues
from jobs.mail.letter_forms import Written
from jobs.mail.news_law import lacks, news_faults

ADDRESS = "1 Made-Up Lane & Sons, Lakeside, CA 90000"
STOP = "mailto:stop@clinic.example?subject=stop"


def written(html: str, text: str) -> Written:
    return Written("News", "", html, text)


def test_both_forms_of_a_letter_must_say_it() -> None:
    both = f"{ADDRESS} {STOP}"
    escaped = both.replace("&", "&amp;")
    assert lacks(written(escaped, both), (ADDRESS, STOP)) == ()
    assert lacks(written(escaped, STOP), (ADDRESS, STOP)) == (ADDRESS,)
    assert lacks(written("", both), (ADDRESS, STOP)) == (ADDRESS, STOP)


def test_what_a_template_lacks_is_named_with_the_remedy() -> None:
    def write(name: str, values: LetterValues) -> Written:
        assert (name, values.unsubscribe_mailto) == ("review_request.md", STOP)
        return written("Hello", "Hello")

    assert news_faults("review_request.md", "templates/review_request.md", ADDRESS, write) == [
        Fault(
            "templates/review_request.md",
            0,
            "This letter is news, and the law asks for the clinic's postal address in it.",
            "Write {{ clinic.address }} into templates/shell.html and shell.txt.",
        ),
        Fault(
            "templates/review_request.md",
            0,
            "This letter is news, and the law asks for a way to have no more of them in it.",
            "Write {{ letter.stop_url }} into templates/shell.html and shell.txt.",
        ),
    ]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("San Ramon, California", False), ("", False), ("94583", False), (ADDRESS, True), ("PO Box 12, San Ramon", True)],
)
def test_a_town_alone_is_no_postal_address(text: str, is_one: bool) -> None:
    assert is_postal_address(text) == is_one
