"""Letters from file to patient. All people and addresses here are made up."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.clinic.faults import Fault
from jobs.clinic.profile import ClinicProfile
from jobs.clinic.said_providers import said_provider
from jobs.mail.fields import ArticleValues, LetterValues
from jobs.mail.letter_forms import PARTS, Written
from jobs.mail.letter_guide import write_guide
from jobs.mail.letter_trials import MADE_UP
from jobs.mail.templates import Letters, load_letters

SHIPPED = Path(__file__).resolve().parents[2] / "templates"
CLINIC = ClinicProfile(
    id="riverbend",
    name="Riverbend Therapy & Pilates",
    zone="America/Los_Angeles",
    address="1 Main Street, Springfield",
    phone="555-0100",
    website="https://riverbend.example",
    booking_url="https://riverbend.example/book",
    review_url="https://riverbend.example/review",
    greeting_from="The team at Riverbend",
)
HEAD = "---\nsubject: A plain subject\n---\n"
FULL = MADE_UP["a patient with everything"]
LETTERS = {
    "welcome.md", "reminder.md", "after_evaluation.md", "mid_plan.md", "missed_visit.md", "cancelled.md",
    "discharged.md", "check_in_30.md", "check_in_180.md", "lapsed.md", "review_request.md",
}  # fmt: skip
SPANISH = {"welcome.es.md", "reminder.es.md", "after_evaluation.es.md"}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with the shell and the reading list, but no letter."""
    here = tmp_path / "templates"
    here.mkdir()
    for name in PARTS:
        shutil.copy(SHIPPED / name, here)
    yield here


def put(folder: Path, body: str, name: str = "letter.md", head: str = HEAD) -> Letters:
    (folder / name).write_text(head + body, encoding="utf-8")
    return load_letters(folder, CLINIC, None)


def written(folder: Path, body: str, values: LetterValues = FULL, head: str = HEAD) -> Written:
    letters = put(folder, body, head=head)
    assert letters.faults == []
    return letters.write("letter.md", values)


@pytest.fixture(scope="module")
def shipped() -> Letters:
    return load_letters(SHIPPED, CLINIC, None)


def test_the_shipped_letters_have_no_faults(shipped: Letters) -> None:
    assert [str(fault) for fault in shipped.faults] == []
    assert set(shipped.names) == LETTERS
    assert shipped.usable == LETTERS | SPANISH


@pytest.mark.parametrize("name", sorted(LETTERS | SPANISH))
def test_a_shipped_letter_is_private_and_whole(shipped: Letters, name: str) -> None:
    letter = shipped.write(name, FULL)
    private = re.compile(
        r"pain|back|knee|shoulder|injur|surg|therap|exercis|treat|diagnos|pilates|jamie", re.IGNORECASE
    )
    assert not private.search(letter.subject + " " + letter.preheader)
    assert letter.subject and letter.preheader
    assert "diagnos" not in letter.text.lower()
    assert "zq0" not in letter.html + letter.text and "{%" not in letter.html + letter.text
    assert "<script" not in letter.html and "<img" not in letter.html and "url(" not in letter.html
    assert f'href="{FULL.unsubscribe_mailto}"' in letter.html and FULL.unsubscribe_mailto in letter.text
    assert len(letter.html.encode()) < 100_000
    assert max(len(line) for line in letter.text.split("\n") if "http" not in line) < 80


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_a_shipped_letter_reads_well_when_nothing_is_known_and_the_clinic_has_no_pages(name: str) -> None:
    bare = ClinicProfile("riverbend", "Riverbend", "UTC", "1 Main Street", "555-0100")
    letter = load_letters(SHIPPED, bare, None).write(name, LetterValues())
    assert "Hello there," in letter.text
    assert 'href=""' not in letter.html and "()" not in letter.text
    assert "Worth a few minutes" not in letter.html + letter.text
    assert "\n\n\n\n" not in letter.text and "<p></p>" not in letter.html


def test_the_guide_for_the_office_manager_is_made_from_the_code() -> None:
    assert (SHIPPED / "README.md").read_text(encoding="utf-8") == write_guide()


def test_the_text_part_says_what_the_markdown_says(folder: Path) -> None:
    body = (
        "## Next\n\nHello **{{ patient.first_name }}**, see [our page](https://riverbend.example/a).\n\n"
        "- one\n- two\n\n1. first\n2. second\n\n> quiet\n\n[Book]({{ clinic.booking_url }})\n\nWarmly,\nUs\n"
    )
    assert written(folder, body).text.startswith(
        "Next\n----\n\nHello Jamie, see our page (https://riverbend.example/a).\n\n- one\n- two\n\n"
        "1. first\n2. second\n\n> quiet\n\nBook (https://riverbend.example/book)\n\nWarmly,\nUs\n\n"
    )


def test_a_link_alone_on_its_line_is_a_button(folder: Path) -> None:
    html = written(folder, "Hello\n\n[Book]({{ clinic.booking_url }})\n\nor [write](mailto:us@riverbend.example).").html
    assert html.count('class="button"') == 1
    assert re.search(r'class="button".*?href="https://riverbend\.example/book"[^>]*>Book</a>', html, re.S)


def test_an_if_without_its_field_leaves_no_trace(folder: Path) -> None:
    body = "One\n\n{% if appointment.provider %}\nWith {{ appointment.provider }}\n{% endif %}\n\nTwo\n"
    assert "One\n\nWith Robin Sample\n\nTwo" in written(folder, body).text
    letter = written(folder, body, LetterValues())
    assert "One\n\nTwo" in letter.text
    assert re.search(r"One</p>\s*<p[^>]*>Two</p>", letter.html)


INJECTIONS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](https://evil.example)",
    "https://evil.example",
    "evil.example",
    "**Pat**",
    "Pat\r\nBcc: all@evil.example",
    "{{ clinic.name }}",
    '"><a href="https://evil.example">',
    "# Pat",
    "Pat\x00\x1b[31m",
]


@pytest.mark.parametrize("name", INJECTIONS)
def test_what_a_patient_is_called_adds_no_tag_link_or_header(shipped: Letters, name: str) -> None:
    plain = shipped.write("welcome.md", FULL._replace(provider=said_provider(name)))  # who is no person is left out
    odd = shipped.write("welcome.md", FULL._replace(first_name=name, provider=name, location=name))
    assert re.findall(r"<[a-zA-Z/!][^>]*>", odd.html) == re.findall(r"<[a-zA-Z/!][^>]*>", plain.html)
    assert odd.subject == plain.subject and odd.preheader == plain.preheader
    assert odd.text.count("\n") == plain.text.count("\n")
    assert odd.text.startswith(("Hello there,", "Hello Pat,"))


def test_what_an_article_is_called_adds_no_tag_or_line(shipped: Letters) -> None:
    plain = shipped.write("mid_plan.md", FULL._replace(articles=(ArticleValues("T", "https://a.example/", "S", "W"),)))
    for text in INJECTIONS:
        article = ArticleValues(text, "https://a.example/", text, "W")
        odd = shipped.write("mid_plan.md", FULL._replace(articles=(article,)))
        assert re.findall(r"<[a-zA-Z/!][^>]*>", odd.html) == re.findall(r"<[a-zA-Z/!][^>]*>", plain.html)
        assert odd.text.count("\n") == plain.text.count("\n")


def test_an_article_address_that_is_no_web_address_is_never_a_link(shipped: Letters) -> None:
    with pytest.raises(ValueError, match="does not start with https://"):
        shipped.write("mid_plan.md", FULL._replace(articles=(ArticleValues("Bad", "javascript:alert(1)"),)))


def at(line: int, what: str, remedy: str) -> Fault:
    return Fault("templates/letter.md", line, what, remedy)


FIELD = "Write two on each side: {{ patient.first_name }}."
LIST = "templates/README.md lists all fields."
BROKEN = [
    (
        "Hi\n{{ patient.frist_name }}",
        at(5, "{{ patient.frist_name }} is no field.", 'Did you mean "patient.first_name"?'),
    ),
    ("{{ first_name }}", at(4, "{{ first_name }} is no field.", 'Did you mean "patient.first_name"?')),
    ("{{ Patient.First_Name }}", at(4, "{{ Patient.First_Name }} is no field.", 'Did you mean "patient.first_name"?')),
    (
        "{{ patient first_name }}",
        at(4, '"{{ patient first_name }}" cannot be understood.', 'Did you mean "patient.first_name"?'),
    ),
    (
        "{{ patient.diagnosis }}",
        at(
            4,
            "{{ patient.diagnosis }} is no field, and never will be.",
            "Delete it: letters say nothing about a patient's health. {{ articles }} brings the reading that fits.",
        ),
    ),
    (
        "{% if “a” %}\n{% endif %}",
        at(4, "Curly quotation marks stand inside {% if “a” %}.", "Type straight ones there: ' or \"."),
    ),
    ("{ { clinic.name }}", at(4, "The line has a blank between two braces.", "Write them together: {{ and }}.")),
    (
        "{{{ clinic.name }}}",
        at(4, "The line has three braces in a row.", "Write exactly two: {{ patient.first_name }}."),
    ),
    ("{ clinic.name }", at(4, "The line has a field between single braces.", FIELD)),
    ("{{ clinic.name }", at(4, "The line opens a field with {{ that is not closed.", "Close it with }}.")),
    ("{{ clinic.name", at(4, "The line opens a field with {{ that is not closed.", "Close it with }}.")),
    ("clinic.name }}", at(4, "The line closes a field with }} that was not opened.", "Open it with {{.")),
    (
        "{ % if articles %}\nx\n{% endif %}",
        at(4, "The line has a blank between a brace and a percent sign.", "Write them together: {% and %}."),
    ),
    (
        "Hi\n\n{% if articles %}\nx",
        at(6, '"{% if ... %}" is never closed.', "Write {% endif %} after the last line that belongs to it."),
    ),
    ("x\n{% endif %}", at(5, "{% endif %} has no {% if %} before it.", "Write {% if ... %} before it, or delete it.")),
    ("{% else %}", at(4, "{% else %} stands outside of any {% if %}.", "Write {% if ... %} first.")),
    (
        "{% if articles %}\nx\n{% end if %}\n{% endif %}",
        at(6, '"end" is no instruction that a letter knows.', 'Did you mean "endif"?'),
    ),
    ("{{ }}", at(4, "{{ }} is empty.", "Write the name of a field between the braces, or delete them.")),
    (
        "{{ patient.first\\_name }}",
        at(
            4,
            "A backslash stands inside {{ patient.first\\_name }}.",
            "Delete it; some editors put it before an underscore.",
        ),
    ),
    (
        "Hi\n<p class=MsoNormal>Hi<o:p></o:p></p>",
        at(
            5,
            'The line holds HTML, such as "<p class=MsoNormal>", as Word leaves it when text is pasted.',
            "Paste the text again as plain text (Ctrl+Shift+V); make **bold** with asterisks.",
        ),
    ),
    (
        "<b>Hi</b>\n<i>you</i>",
        at(
            4,
            'The line and 1 more hold HTML, such as "<b>", as Word leaves it when text is pasted.',
            "Paste the text again as plain text (Ctrl+Shift+V); make **bold** with asterisks.",
        ),
    ),
    ("[words]()", at(4, 'The link "words" leads nowhere.', "Write its address between the parentheses.")),
    (
        "[](https://riverbend.example)",
        at(4, "A link has no words.", "Write between the brackets what the patient clicks on."),
    ),
    (
        "[us](www.riverbend.example)",
        at(4, 'The address "www.riverbend.example" of a link is incomplete.', "Begin it with https:// or mailto:."),
    ),
    (
        "[us](javascript:alert)",
        at(4, 'The address "javascript:alert" of a link is incomplete.', "Begin it with https:// or mailto:."),
    ),
    (
        "[us] (https://riverbend.example)",
        at(4, "A blank stands between the words of a link and its address.", "Write [words](address)."),
    ),
    (
        "[us](https://a.example/{{ patient.first_name }})",
        at(4, "The address of a link holds a field of the patient.", "Use a field of the clinic there."),
    ),
    (
        "![logo](https://a.example/l.png)",
        at(4, "Letters hold no pictures: most mail programs hide them.", "Write what it shows, or link to it."),
    ),
    (
        "{% for i in range(10**9) %}x{% endfor %}",
        at(
            4,
            "{% for %} goes over something else than the articles.",
            "Write {{ articles }} on its own line; it needs no {% for %}.",
        ),
    ),
    (
        "{{ 'a' * 10 ** 9 }}",
        at(
            4,
            "The letter calculates or calls something (mul), which letters cannot do.",
            "A letter fills in fields and uses {% if %}; {{ articles }} brings the articles.",
        ),
    ),
    (
        "{{ ''.__class__ }}",
        at(
            4,
            "The letter calculates or calls something (getattr), which letters cannot do.",
            "A letter fills in fields and uses {% if %}; {{ articles }} brings the articles.",
        ),
    ),
    (
        "{{ clinic.name.upper() }}",
        at(
            4,
            "The letter calculates or calls something (call), which letters cannot do.",
            "A letter fills in fields and uses {% if %}; {{ articles }} brings the articles.",
        ),
    ),
    ("{{ clinic.name | uper }}", at(4, '"| uper" is not known in letters.', 'Did you mean "upper"?')),
    (
        "{% include 'x' %}",
        at(4, '"include" is no instruction that a letter knows.', "A letter knows if, elif, else, endif, for, endfor."),
    ),
    (
        "{% set a = 1 %}",
        at(4, '"set" is no instruction that a letter knows.', "A letter knows if, elif, else, endif, for, endfor."),
    ),
    (
        "Read {{ articles }} now",
        at(
            4,
            "{{ articles }} does not stand on a line of its own.",
            "Put an empty line before and after {{ articles }}.",
        ),
    ),
    (
        "**bold {% if articles %} and** more{% endif %}",
        at(
            0,
            "An {% if %} or {% endif %} stands in the middle of a list, a bold word or a link.",
            "Put each of them on a line of its own, or around whole words.",
        ),
    ),
    ("", at(4, "The letter says nothing.", "Write its text under the second ---.")),
]


@pytest.mark.parametrize(("body", "fault"), BROKEN)
def test_a_mistake_is_one_plain_sentence_with_its_line(folder: Path, body: str, fault: Fault) -> None:
    letters = put(folder, body)
    assert letters.faults == [fault]
    assert letters.names == ("letter.md",) and not letters.usable


HEADS = [
    (
        "Hello",
        at(
            1,
            "The head of the letter, between two lines of ---, is missing.",
            "Begin the file with three lines: ---, then subject: and the words of the subject, then --- again.",
        ),
    ),
    (
        "---\npreheader: x\n---\nHi",
        at(1, "The subject is missing.", "Add a line such as: subject: Your visit on {{ appointment.date }}"),
    ),
    (
        "---\nsubject:\n---\nHi",
        at(2, "The subject is missing.", "Add a line such as: subject: Your visit on {{ appointment.date }}"),
    ),
    (
        "---\nsubject: Your visit: soon\n---\nHi",
        at(
            2,
            "The head of the letter cannot be read here.",
            'Put the words between straight quotation marks: subject: "Your visit: what comes next".',
        ),
    ),
    (
        "---\nsubject: 12:30\n---\nHi",
        at(2, "The subject is not read as words.", 'Put the words between straight quotation marks: subject: "...".'),
    ),
    (
        "---\nsubject: x\npreheder: y\n---\nHi",
        at(3, '"preheder" is not known in the head of a letter.', 'Did you mean "preheader"?'),
    ),
    ("---\nsubject: x\nsubject: y\n---\nHi", at(3, "The head has two lines subject:.", "Delete one of them.")),
    (
        "---\nsubject: “x”\n---\nHi",
        at(
            2,
            "The subject stands between curly quotation marks.",
            "Leave the quotation marks out, or use straight ones, else patients see them in the subject.",
        ),
    ),
    (
        '---\nsubject: "Hi {{ patient.first_name }}"\n---\nHi',
        at(
            2,
            "{{ patient.first_name }} may not stand in the subject.",
            "It is shown on locked screens; greet the patient in the letter instead.",
        ),
    ),
    (
        '---\nsubject: x\npreheader: "{{ patient.diagnosis }}"\n---\nHi',
        at(
            3,
            "{{ patient.diagnosis }} is no field, and never will be.",
            "Delete it: letters say nothing about a patient's health. {{ articles }} brings the reading that fits.",
        ),
    ),
]


@pytest.mark.parametrize(("text", "fault"), HEADS)
def test_a_mistake_in_the_head_is_one_plain_sentence_with_its_line(folder: Path, text: str, fault: Fault) -> None:
    assert put(folder, "", head=text).faults == [fault]


def test_all_faults_of_all_letters_are_told_at_once_and_the_good_letter_goes_on(folder: Path) -> None:
    (folder / "good.md").write_text(HEAD + "Hello {{ patient.first_name }}", encoding="utf-8")
    (folder / "bad.md").write_text(HEAD + "{{ clinic.nam }}\n\n{{ patient.x.y }}\n\n[a]()", encoding="utf-8")
    letters = put(folder, "{% if articles %}")
    assert [(fault.file[10:], fault.line) for fault in letters.faults] == [("bad.md", 8), ("letter.md", 4)]
    assert letters.write("good.md", FULL).text.startswith("Hello Jamie")
    with pytest.raises(ValueError, match="has faults"):
        letters.write("bad.md", FULL)
    with pytest.raises(ValueError, match='Did you mean "good.md"'):
        letters.write("god.md", FULL)


def test_a_letter_that_is_not_utf_8_or_far_too_long_is_refused(folder: Path) -> None:
    (folder / "latin.md").write_bytes((HEAD + "Caf\u00e9").encode("cp1252"))
    (folder / "long.md").write_bytes((HEAD + "x" * 100_001).encode())
    (folder / "wide.md").write_text(HEAD + "{{ clinic.name }} " * 5000, encoding="utf-8")
    (folder / "deep.md").write_text(HEAD + "{{ " + "(" * 5000 + " }}", encoding="utf-8")
    faults = load_letters(folder, CLINIC, None).faults
    assert [fault.file for fault in faults] == [f"templates/{name}.md" for name in ("deep", "latin", "long", "wide")]
    assert faults[1].line == 4 and "UTF-8" in faults[1].remedy
    assert "limit is 100" in faults[3].what


def test_a_link_to_a_page_that_the_clinic_does_not_have_is_told_with_its_line(folder: Path) -> None:
    (folder / "letter.md").write_text(HEAD + "Hi\n\n[Book]({{ clinic.booking_url }})\n", encoding="utf-8")
    bare = ClinicProfile("riverbend", "Riverbend", "UTC", "1 Main Street", "555-0100")
    remedy = (
        "Fill in booking_url in config/clinic.yaml, or put the link between "
        "{% if clinic.booking_url %} and {% endif %}."
    )
    assert load_letters(folder, bare, None).faults == [at(6, 'The link "Book" leads nowhere.', remedy)]


def test_a_shell_without_a_place_for_the_letter_stops_every_letter_with_one_fault(folder: Path) -> None:
    (folder / "shell.html").write_text("<p>{{ clinic.name }}</p>", encoding="utf-8")
    (folder / "other.md").write_text(HEAD + "Hi", encoding="utf-8")
    letters = put(folder, "Hi")
    assert [str(fault) for fault in letters.faults] == [
        "templates/shell.html: The letter itself has no place in the shell, or more than one.\n"
        "Write {{ letter.body }} once, where the letter belongs."
    ]
    assert not letters.usable


def test_a_letter_saved_by_a_windows_editor_is_read(folder: Path) -> None:
    text = "\ufeff---\nsubject: Hi\n---\nHello {{\u00a0patient.first_name }}\n".replace("\n", "\r\n")
    (folder / "letter.md").write_bytes(text.encode())
    letters = load_letters(folder, CLINIC, None)
    assert letters.faults == []
    assert letters.write("letter.md", FULL).text.startswith("Hello Jamie\n")


def test_a_run_looks_only_at_the_letters_that_it_may_send_in_all_their_languages() -> None:
    letters = load_letters(SHIPPED, CLINIC, None, only={"welcome.md"})
    assert (letters.usable, letters.names, letters.faults) == ({"welcome.md", "welcome.es.md"}, ("welcome.md",), [])


def test_a_kept_letter_says_the_same_and_loads_no_markdown(folder: Path, tmp_path: Path) -> None:

    cache = tmp_path / "cache"
    put(folder, "Hello {{ patient.first_name }}\n\n{{ articles }}")
    first = load_letters(folder, CLINIC, cache).write("letter.md", FULL)
    assert load_letters(folder, CLINIC, cache).write("letter.md", FULL) == first
    program = (
        "import sys; from pathlib import Path; from jobs.mail.templates import load_letters;"
        "from tests.mail.test_templates import CLINIC, FULL;"
        f"a=set(sys.modules); letters = load_letters(Path({str(folder)!r}), CLINIC, Path({str(cache)!r}));"
        "letters.write('letter.md', FULL);"
        "print(sorted({'markdown_it', 'css_inline', 'frontmatter'} & set(sys.modules)))"
    )
    root = SHIPPED.parent
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_changed_letter_or_clinic_is_made_anew_and_a_damaged_one_too(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (folder / "letter.md").write_text(HEAD + "Old words of {{ clinic.name }}", encoding="utf-8")
    early = load_letters(folder, CLINIC, cache)
    (folder / "letter.md").write_text(HEAD + "New words of {{ clinic.name }}", encoding="utf-8")
    assert load_letters(folder, CLINIC, cache).write("letter.md", FULL).text.startswith("New words of Riverbend")
    assert early.write("letter.md", FULL).text.startswith("Old words")
    (kept,) = (cache / "cache").iterdir()
    kept.write_bytes(kept.read_bytes()[:-40] + b"\x00" * 40)
    assert load_letters(folder, CLINIC, cache).write("letter.md", FULL).text.startswith("New words")
    renamed = ClinicProfile("riverbend", "Other Clinic", "UTC", "1 Main Street")
    assert load_letters(folder, renamed, cache).write("letter.md", FULL).text.startswith("New words of Other Clinic")


def test_the_faults_of_a_kept_letter_are_told_again(folder: Path, tmp_path: Path) -> None:
    (folder / "letter.md").write_text(HEAD + "{{ clinic.nam }}", encoding="utf-8")
    first = load_letters(folder, CLINIC, tmp_path / "cache").faults
    assert first and load_letters(folder, CLINIC, tmp_path / "cache").faults == first


FOREIGN = SHIPPED.parent.parent / "shared" / "data" / "email_templates"


@pytest.mark.skipif(not FOREIGN.exists(), reason="the e-mail templates of shared/data are not on this machine")
def test_a_shell_from_the_web_works_or_is_refused_in_one_sentence(folder: Path) -> None:
    said = {}
    for path in sorted(FOREIGN.rglob("*.*")):
        shell = "shell.html" if path.suffix == ".html" else "shell.txt"
        (folder / shell).write_bytes(path.read_bytes())
        letters = put(folder, "Hi {{ patient.first_name }}")
        said[path.name] = [fault.what for fault in letters.faults]
        assert len(letters.faults) == 1 and letters.faults[0].file == f"templates/{shell}" and letters.faults[0].remedy
        shutil.copy(SHIPPED / shell, folder)
    assert len(said) == 13
    no_place = "The letter itself has no place in the shell, or more than one."
    no_place = "The letter itself has no place in the shell, or more than one."
    assert said["cerberus-fluid.html"] == [no_place]
    assert said["basic_welcome.html"] == ["{{ name }} is no field, and 10 more mistakes follow."]


@pytest.mark.skipif(not FOREIGN.exists(), reason="the e-mail templates of shared/data are not on this machine")
def test_a_shell_from_the_web_works_once_the_letter_has_its_place(folder: Path) -> None:
    outcome = {}
    for kind in ("fluid", "hybrid", "responsive"):
        text = (FOREIGN / "cerberus" / f"cerberus-{kind}.html").read_text("utf-8")
        place = re.search(r"<p\b[^>]*>.*?</p>", text, re.S)
        assert place
        (folder / "shell.html").write_text(text.replace(place[0], "{{ letter.body }}", 1), "utf-8")
        letters = put(folder, "Hi {{ patient.first_name }}")
        outcome[kind] = [fault.what for fault in letters.faults] or "Hi Jamie" in letters.write("letter.md", FULL).html
    fetched = "The style loads something from elsewhere, which tells others that the letter was opened."
    assert outcome == {"fluid": True, "hybrid": [fetched], "responsive": [fetched]}  # two have a picture behind words


_TELLS = (
    "A picture that is too small to see, or that is another one for each patient, tells others who opened the letter."
)
PAPER = [
    ('<img src="https://a.example/logo.png">', "A picture has no words for those who do not see it."),
    ('<img alt="" src="logo.png">', "The address of a picture is incomplete."),
    (
        '<img alt="" src="https://a.example/x.gif" width="1" height="1">',
        _TELLS,
    ),
    (
        '<img alt="" src="https://a.example/{{ patient.first_name }}.gif">',
        _TELLS,
    ),
    ("<script>alert(1)</script>", "<script> does not work in mail programs."),
    ('<a href="">our page</a>', "A link of the paper leads nowhere."),
    (
        "<style>@import url(https://fonts.example/a.css);</style>",
        "The style loads something from elsewhere, which tells others that the letter was opened.",
    ),
]


@pytest.mark.parametrize(("added", "what"), PAPER)
def test_the_paper_tells_nobody_that_a_letter_was_opened_and_reads_well_without_pictures(
    folder: Path, added: str, what: str
) -> None:
    shell = (folder / "shell.html").read_text("utf-8").replace("<body>", f"<body>\n{added}")
    (folder / "shell.html").write_text(shell, "utf-8")
    (fault,) = put(folder, "Hi").faults
    assert (fault.file, fault.what) == ("templates/shell.html", what)
    assert fault.line == shell.split("\n").index("<body>") + 2


@pytest.mark.parametrize(
    "body",
    [
        "{{" * 40_000,
        "{%x" * 30_000 + "%}",
        "[" * 90_000,
        "{{a}}" * 15_000,
        "{% if articles %}x" * 300 + "{% endif %}" * 300,
        "{% if articles %}" * 2_000 + "{% endif %}" * 2_000,
        "> " * 40_000,
        "*" * 90_000,
        "{{ 1" + "0" * 250 + " }}",
        "<a " * 30_000,
    ],
    ids=[
        "braces",
        "instructions",
        "brackets",
        "fields",
        "nested",
        "deeply nested",
        "quotes",
        "stars",
        "number",
        "tags",
    ],
)
def test_a_monstrous_letter_ends_in_sentences_or_as_a_letter(folder: Path, body: str) -> None:
    letters = put(folder, body)
    assert letters.faults or letters.usable


@pytest.mark.parametrize(
    "body",
    [
        "From: the parking lot\nTo: our door, one flight up\nDate: any day",
        "> On our walk in 2027 Robin said it best.\n\nOn our walk Robin wrote:\n\n> Begin with the easiest one.",
        "Sent from the heart, and with our thanks.",
        "Subject: to change: our hours in the week of December 24",
    ],
)
def test_words_that_only_resemble_a_mail_are_the_clinics_own(folder: Path, body: str) -> None:
    assert put(folder, body).faults == []


def test_an_own_loop_over_the_articles_is_allowed(folder: Path) -> None:
    item = "- [{{ article.title }}]({{ article.url }}){% if loop.last %} (last){% endif %}"
    body = f"{{% for article in articles %}}\n{item}\n{{% endfor %}}"
    text = written(folder, body).text
    assert "- Getting ready for your first visit (https://clinic.example/blog/first-visit) (last)" in text
    assert put(folder, body.replace("article.url", "article.link")).faults[0].what == 'An article has no "link".'


def test_a_website_without_its_scheme_can_still_be_opened() -> None:
    clinic = ClinicProfile("riverbend", "Riverbend", "UTC", "1 Main Street", website="www.riverbend.example")
    assert 'href="https://www.riverbend.example"' in load_letters(SHIPPED, clinic, None).write("lapsed.md", FULL).html


def test_an_if_around_a_whole_paragraph_leaves_no_empty_one(folder: Path) -> None:
    body = "One\n\n{% if appointment.provider %}With {{ appointment.provider }}.{% endif %}\n\nTwo"
    assert "One\n\nWith Robin Sample.\n\nTwo" in written(folder, body).text
    letter = written(folder, body, LetterValues())
    assert "One\n\nTwo" in letter.text
    assert re.search(r"One</p>\s*<p[^>]*>Two</p>", letter.html)
