"""The ways in which an office manager breaks a letter, each with the sentence that she must read.

Each is done to templates/welcome.md as it ships: words are replaced, or the whole file is saved in another way.
"""

from collections.abc import Callable
from typing import NamedTuple

NAME = "{{ patient.first_name }}"
UTF_8 = "In the editor, choose Save As and the encoding UTF-8."
AS_TEXT = "Open it, choose Save As and plain text with the encoding UTF-8, and give it the name of the letter."
QUOTED = 'Put the words between straight quotation marks: subject: "Your visit: what comes next".'
A_FIELD = "Write a field of this program, such as {{ patient.first_name }}; templates/README.md lists them."
PRIVATE = "Leave conditions, parts of the body and treatments to the letter itself."
UNSAID = "Delete it: letters say nothing about a patient's health. {{ articles }} brings the reading that fits."
TABLE = "A table begins on this line, and patients would see its bars and dashes."
SEEN = "Delete it; ## begins a heading."
CAME_ALONG = "Delete what came along with the pasted text; keep your words."
A_LIST = "Write each of its rows as a line of a list: - Monday: 8 am to 6 pm."


class Way(NamedTuple):
    """What is done to the letter, and what is said about it."""

    name: str
    break_it: Callable[[str], bytes]
    line: int
    what: str
    remedy: str


def typed(old: str, new: str) -> Callable[[str], bytes]:
    """Somebody types `new` over `old`."""

    def change(text: str) -> bytes:
        assert old in text
        return text.replace(old, new, 1).encode()

    return change


def saved(encoding: str) -> Callable[[str], bytes]:
    """Somebody adds a word with an accent and saves in another encoding."""
    return lambda text: text.replace("Thank you", "Thank you, José,", 1).encode(encoding)


def whole(data: bytes) -> Callable[[str], bytes]:
    """Somebody puts another file in its place."""
    return lambda text: data


SUBJECT = 'subject: "Your first appointment with us"'
WAYS: tuple[Way, ...] = (
    Way(
        "a field with a slip of the finger",
        typed(NAME, "{{ patient.fist_name }}"),
        5,
        "{{ patient.fist_name }} is no field.",
        'Did you mean "patient.first_name"?',
    ),
    Way(
        "a field without its first word",
        typed(NAME, "{{ first_name }}"),
        5,
        "{{ first_name }} is no field.",
        'Did you mean "patient.first_name"?',
    ),
    Way(
        "a field in capitals",
        typed(NAME, "{{ PATIENT.FIRST_NAME }}"),
        5,
        "{{ PATIENT.FIRST_NAME }} is no field.",
        'Did you mean "patient.first_name"?',
    ),
    Way(
        "a field with an underscore for its dot",
        typed(NAME, "{{ patient_first_name }}"),
        5,
        "{{ patient_first_name }} is no field.",
        'Did you mean "patient.first_name"?',
    ),
    Way(
        "a field with a blank for its dot",
        typed(NAME, "{{ patient first_name }}"),
        5,
        '"{{ patient first_name }}" cannot be understood.',
        'Did you mean "patient.first_name"?',
    ),
    Way(
        "a field that tells of the patient's health",
        typed("Thank you", "Because of your {{ patient.diagnosis }}, thank you"),
        7,
        "{{ patient.diagnosis }} is no field, and never will be.",
        UNSAID,
    ),
    Way(
        "a tripled brace",
        typed(NAME, "{{{ patient.first_name }}}"),
        5,
        "The line has three braces in a row.",
        "Write exactly two: {{ patient.first_name }}.",
    ),
    Way(
        "a split brace",
        typed(NAME, "{ { patient.first_name } }"),
        5,
        "The line has a blank between two braces.",
        "Write them together: {{ and }}.",
    ),
    Way(
        "single braces",
        typed(NAME, "{patient.first_name}"),
        5,
        "The line has a field between single braces.",
        "Write two on each side: {{ patient.first_name }}.",
    ),
    Way(
        "a brace that is missing at the end",
        typed(NAME, "{{ patient.first_name }"),
        5,
        "The line opens a field with {{ that is not closed.",
        "Close it with }}.",
    ),
    Way(
        "braces that are missing at the start",
        typed(NAME, "patient.first_name }}"),
        5,
        "The line closes a field with }} that was not opened.",
        "Open it with {{.",
    ),
    Way(
        "an empty field",
        typed(NAME, "{{ }}"),
        5,
        "{{ }} is empty.",
        "Write the name of a field between the braces, or delete them.",
    ),
    Way(
        "a field of a newsletter program",
        typed(NAME, "*|FNAME|*"),
        5,
        '"*|FNAME|*" is a field of another program.',
        A_FIELD,
    ),
    Way(
        "a merge field of Word",
        typed(NAME, "«First_Name»"),
        5,
        '"«First_Name»" is a field of another program.',
        A_FIELD,
    ),
    Way(
        "a placeholder in brackets",
        typed(NAME, "[First Name]"),
        5,
        '"[First Name]" is a field of another program.',
        A_FIELD,
    ),
    Way(
        "a backslash from another editor",
        typed(NAME, "{{ patient.first\\_name }}"),
        5,
        "A backslash stands inside {{ patient.first\\_name }}.",
        "Delete it; some editors put it before an underscore.",
    ),
    Way(
        "curly quotation marks in a tag",
        typed("{% if appointment.time %}", "{% if appointment.time == “9:30 AM” %}"),
        9,
        "Curly quotation marks stand inside {% if appointment.time == “9:30 AM” %}.",
        "Type straight ones there: ' or \".",
    ),
    Way(
        "an if that is never closed",
        typed(" at {{ appointment.time }}{% endif %}", " at {{ appointment.time }}"),
        9,
        '"{% if ... %}" is never closed.',
        "Write {% endif %} after the last line that belongs to it.",
    ),
    Way(
        "an endif too many",
        typed("It helps to come", "{% endif %}It helps to come"),
        23,
        "{% endif %} has no {% if %} before it.",
        "Write {% if ... %} before it, or delete it.",
    ),
    Way(
        "an endif in two words",
        typed(" at {{ appointment.time }}{% endif %}", " at {{ appointment.time }}{% end if %}"),
        9,
        '"end" is no instruction that a letter knows.',
        'Did you mean "endif"?',
    ),
    Way(
        "a percent sign that is missing",
        typed("{% if clinic.phone %}", "{% if clinic.phone }"),
        27,
        '"{% if clinic.phone } or call {{ clinic.p" opens a second time before it is closed.',
        "Close each field with }} and each instruction with %}.",
    ),
    Way(
        "one equals sign in an if",
        typed("{% if clinic.phone %}", "{% if clinic.phone = yes %}"),
        27,
        '"{% if clinic.phone = yes %}" cannot be understood.',
        "Write two equals signs to compare: {% if clinic.phone == '555-0100' %}.",
    ),
    Way(
        "a loop without end",
        typed("{{ articles }}", "{% for i in range(10**9) %}x{% endfor %}"),
        25,
        "{% for %} goes over something else than the articles.",
        "Write {{ articles }} on its own line; it needs no {% for %}.",
    ),
    Way(
        "a calculation",
        typed(NAME, "{{ 'Jamie' * 10**9 }}"),
        5,
        "The letter calculates or calls something (mul), which letters cannot do.",
        "A letter fills in fields and uses {% if %}; {{ articles }} brings the articles.",
    ),
    Way(
        "the articles in a sentence",
        typed("{{ articles }}", "Please read {{ articles }} before."),
        25,
        "{{ articles }} does not stand on a line of its own.",
        "Put an empty line before and after {{ articles }}.",
    ),
    Way(
        "the articles twice",
        typed("Warmly,", "{{ articles }}\n\nWarmly,"),
        29,
        "{{ articles }} stands in the letter twice.",
        "Delete one of them.",
    ),
    Way(
        "text pasted from Word",
        typed("Thank you", '<p class="MsoNormal">Thank you<o:p></o:p></p>'),
        7,
        'The line holds HTML, such as "<p class="MsoNormal">", as Word leaves it when text is pasted.',
        "Paste the text again as plain text (Ctrl+Shift+V); make **bold** with asterisks.",
    ),
    Way(
        "a bullet from Word",
        typed("- a referral", "• a referral"),
        19,
        "The line begins with a bullet, as Word makes it.",
        "Begin it with a hyphen and a blank: - one.",
    ),
    Way(
        "bold words that are not closed",
        typed("**When:**", "**When:"),
        11,
        "Two asterisks stand alone: bold words begin and end with them.",
        "Write **important**, or delete them.",
    ),
    Way(
        "a heading without its blank",
        typed("## Please", "##Please"),
        17,
        "The heading has no blank after its #.",
        "Write ## and a blank before its words.",
    ),
    Way(
        "a link without https",
        typed("It helps", "See [our page](www.riverbend.example). It helps"),
        23,
        'The address "www.riverbend.example" of a link is incomplete.',
        "Begin it with https:// or mailto:.",
    ),
    Way(
        "a link without its last bracket",
        typed("It helps", "See [our page](https://riverbend.example. It helps"),
        23,
        "A link lacks one of its brackets.",
        "Write [words](address).",
    ),
    Way(
        "a blank within a link",
        typed("It helps", "See [our page] (https://riverbend.example). It helps"),
        23,
        "A blank stands between the words of a link and its address.",
        "Write [words](address).",
    ),
    Way(
        "a link to a page that the clinic does not have",
        typed("## Please bring", "[Book]({{ clinic.booking_url }})\n\n## Please bring"),
        17,
        'The link "Book" leads nowhere.',
        "Fill in booking_url in config/clinic.yaml, "
        "or put the link between {% if clinic.booking_url %} and {% endif %}.",
    ),
    Way(
        "a picture",
        typed("It helps", "![our house](https://riverbend.example/house.jpg) It helps"),
        23,
        "Letters hold no pictures: most mail programs hide them.",
        "Write what it shows, or link to it.",
    ),
    Way(
        "a note to herself",
        typed("It helps to come", "TODO ask Robin: it helps to come"),
        23,
        'The line says "TODO", and patients would read it.',
        "Finish it, or take it out.",
    ),
    Way(
        "a subject that is missing",
        typed(SUBJECT + "\n", ""),
        1,
        "The subject is missing.",
        "Add a line such as: subject: Your visit on {{ appointment.date }}",
    ),
    Way(
        "a subject without its words",
        typed(SUBJECT, "subject:"),
        2,
        "The subject is missing.",
        "Add a line such as: subject: Your visit on {{ appointment.date }}",
    ),
    Way(
        "a colon in the subject",
        typed(SUBJECT, "subject: Your first appointment: what to bring"),
        2,
        "The head of the letter cannot be read here.",
        QUOTED,
    ),
    Way(
        "a quotation mark that is not closed",
        typed(SUBJECT, 'subject: "Your first appointment'),
        2,
        "The head of the letter cannot be read here.",
        QUOTED,
    ),
    Way(
        "a subject between curly marks",
        typed(SUBJECT, "subject: “Your first appointment”"),
        2,
        "The subject stands between curly quotation marks.",
        "Leave the quotation marks out, or use straight ones, else patients see them in the subject.",
    ),
    Way(
        "the patient's name in the subject",
        typed(SUBJECT, 'subject: "Welcome, {{ patient.first_name }}"'),
        2,
        "{{ patient.first_name }} may not stand in the subject.",
        "It is shown on locked screens; greet the patient in the letter instead.",
    ),
    Way(
        "a part of the body in the subject",
        typed(SUBJECT, 'subject: "Your knee is in good hands"'),
        2,
        'The subject says "knee", and anybody can read it on a locked phone.',
        PRIVATE,
    ),
    Way(
        "a condition in the preheader",
        typed("What to bring, what", "Help for low back pain, what"),
        3,
        'The preheader says "low back pain", and anybody can read it on a locked phone.',
        PRIVATE,
    ),
    Way(
        "bold words in the subject",
        typed(SUBJECT, 'subject: "Your **first** appointment"'),
        2,
        'The subject holds "**", which patients would see.',
        "Write plain words there.",
    ),
    Way(
        "two subjects",
        typed(SUBJECT, SUBJECT + '\nsubject: "Welcome"'),
        3,
        "The head has two lines subject:.",
        "Delete one of them.",
    ),
    Way(
        "a misspelt preheader",
        typed("preheader:", "preheder:"),
        3,
        '"preheder" is not known in the head of a letter.',
        'Did you mean "preheader"?',
    ),
    Way(
        "a head that is not closed",
        typed("us.\n---", "us.\n"),
        1,
        "The head of the letter is not closed.",
        "Write --- on a line of its own under it.",
    ),
    Way(
        "a dash that Word made of the hyphens",
        lambda text: text.replace("---", "—").encode(),
        1,
        'The line "—" should be three plain hyphens: ---.',
        "Type them in a plain editor; Word joins them into a dash.",
    ),
    Way(
        "no head at all",
        lambda text: text.split("---\n")[2].encode(),
        1,
        "The head of the letter, between two lines of ---, is missing.",
        "Begin the file with three lines: ---, then subject: and the words of the subject, then --- again.",
    ),
    Way(
        "an empty file",
        whole(b""),
        0,
        "The file is empty.",
        "`run_jobs.py templates history` lists its earlier versions.",
    ),
    Way(
        "a Word document under the letter's name",
        whole(b"PK\x03\x04\x14\x00\x06\x00word/document.xml"),
        0,
        "The file is a Word document (or something else that is packed), not text.",
        AS_TEXT,
    ),
    Way(
        "a web page saved by Word",
        whole(b"<html><body>Hello</body></html>"),
        0,
        "The file is a web page, as Word or a browser saves it.",
        AS_TEXT,
    ),
    Way(
        "formatted text",
        whole(b"{\\rtf1\\ansi Hello}"),
        0,
        "The file is formatted text (RTF), not plain text.",
        AS_TEXT,
    ),
    Way(
        "saved as Unicode by Notepad",
        saved("utf-16"),
        0,
        'The file is saved as UTF-16, which Windows calls "Unicode".',
        UTF_8,
    ),
    Way("saved as ANSI by Notepad", saved("cp1252"), 7, "A character on this line is not saved as UTF-8.", UTF_8),
    Way(
        "garbled by a wrong encoding",
        typed("Thank you", "Weâ€™re glad. Thank you"),
        7,
        'The line holds garbled characters, such as "â€™".',
        "Type them anew (an apostrophe, an accent), and save as UTF-8.",
    ),
    Way(
        "a manual line break of Word",
        typed("Warmly,\n", "Warmly,\x0b"),
        29,
        "An invisible character (number 11) stands on this line.",
        "Delete the line and type it anew.",
    ),
    Way(
        "an unsettled merge",
        typed("Warmly,\n", "<<<<<<< mine\nWarmly,\n=======\nBest,\n>>>>>>> theirs\n"),
        29,
        "Two versions of a passage stand here, one below the other, and nobody chose.",
        "Keep the words you want; delete the others and the lines of <<<<<<<, ======= and >>>>>>>.",
    ),
    Way(
        "a table pasted from elsewhere",
        typed("Warmly,\n", "| Day | Hours |\n|---|---|\n| Monday | 8 to 6 |\n| Friday | 8 to 1 |\n\nWarmly,\n"),
        29,
        TABLE,
        A_LIST,
    ),
    Way(
        "a table without bars at its sides",
        typed("Warmly,\n", "Day | Hours\n:--- | ---:\nMonday | 8 to 6\n\nWarmly,\n"),
        29,
        TABLE,
        A_LIST,
    ),
    Way(
        "a table drawn by another program",
        typed("Warmly,\n", "+-----+-------+\n| Day | Hours |\n+-----+-------+\n\nWarmly,\n"),
        29,
        TABLE,
        A_LIST,
    ),
    Way(
        "a struck-out word",
        typed("Warmly,\n", "~~Kind regards,~~ Warmly,\n"),
        29,
        'The line holds "~~", which patients would see.',
        SEEN,
    ),
    Way(
        "boxes to tick",
        typed("Warmly,\n", "- [ ] Bring shoes\n\nWarmly,\n"),
        29,
        'The line holds "[ ]", which patients would see.',
        SEEN,
    ),
    Way(
        "a heading of another program",
        typed("Warmly,\n", "Goodbye\n=======\n\nWarmly,\n"),
        30,
        'The line holds "=======", which patients would see.',
        SEEN,
    ),
    Way(
        "a bullet of Word's own font",
        typed("Warmly,\n", "\uf0b7 one\n\nWarmly,\n"),
        29,
        "The line begins with a bullet, as Word makes it.",
        "Begin it with a hyphen and a blank: - one.",
    ),
    Way(
        "an inner bullet of Word",
        typed("Warmly,\n", "o\tone\n\nWarmly,\n"),
        29,
        "The line begins with a bullet, as Word makes it.",
        "Begin it with a hyphen and a blank: - one.",
    ),
    Way(
        "a picture that did not come along",
        typed("Warmly,\n", "Warmly, \ufffc\n"),
        29,
        "A sign that only Word has stands on this line; patients would see an empty box.",
        "Delete it, or type another one.",
    ),
    Way(
        "a link copied from a mail",
        typed(
            "Warmly,\n",
            "[our hours](https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fclinic.example&data=1)\n\nWarmly,\n",
        ),
        29,
        "The link was copied from a mail: it leads through nam02.safelinks.protection.outlook.com and may tell who "
        "follows it.",
        "Open the page, and copy its address from the browser.",
    ),
    Way(
        "a picture's name from Outlook",
        typed("Warmly,\n", "[cid:image001.png@01DB5F2A.7C8E1B30]\n\nWarmly,\n"),
        29,
        "The name of a picture stands on this line, as Outlook leaves it when text is pasted.",
        CAME_ALONG,
    ),
    Way(
        "the head of a mail from Outlook",
        typed(
            "Warmly,\n",
            "From: Front Desk <front@clinic.example>\nSent: Monday, January 11, 2027 9:02 AM\nTo: Nell\n"
            "Subject: FW: new text\n\nWarmly,\n",
        ),
        29,
        "The head of a mail begins on this line (who sent it, when, to whom).",
        CAME_ALONG,
    ),
    Way(
        "who wrote the mail that was answered",
        typed("Warmly,\n", "> On Mon, Jan 11, 2027 at 9:02 AM Nell <nell@clinic.example>\n> wrote:\n\nWarmly,\n"),
        29,
        "This line introduces another mail, as mail programs do in an answer.",
        CAME_ALONG,
    ),
    Way(
        "a mail that was forwarded",
        typed("Warmly,\n", "---------- Forwarded message ---------\n\nWarmly,\n"),
        29,
        "This line introduces another mail, as mail programs do in an answer.",
        CAME_ALONG,
    ),
    Way(
        "what a phone writes under its mails",
        typed("{{ clinic.signature }}", "{{ clinic.signature }}\n\nSent from my iPhone"),
        32,
        "This line says on what device a mail was written.",
        CAME_ALONG,
    ),
)
