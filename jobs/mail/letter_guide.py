"""templates/README.md, the office manager's page: made from the table of fields, so that it is never wrong."""

from jobs.mail.fields import FIELDS

_TOP = """# The letters

Each `.md` file here is one letter. Open it with any text editor, change the words, save it. Nothing else is needed:
the next run checks it and uses it. `shell.html` and `shell.txt` are the paper around every letter (colors, the
clinic's name, the foot); `articles.html` and `articles.txt` are the reading list.

To see all letters as patients will: `python run_jobs.py preview --all`.
To check every letter without sending any: `python run_jobs.py check`.
A letter with a mistake is not sent to anybody: you are told the file, the line and what to do, and the last version
without a mistake goes on meanwhile. Every version is kept: `python run_jobs.py templates history welcome`.

`welcome.es.md` is `welcome.md` for patients who read Spanish. Where there is none in a patient's language, the letter
without such letters in its name goes.

## How a letter begins

```
---
subject: "Your appointment on {{ appointment.date }}"
preheader: The line that mail programs show beside the subject.
---
Hello {{ patient.first_name }},
```

Subject and preheader are shown on locked phones. They name no condition, no part of the body, no treatment and no
patient; such words are refused there. Put straight quotation marks around them when they hold a colon or a brace.

## Writing

| what you type | what the patient sees |
|---|---|
| an empty line | a new paragraph |
| `**important**` | **important** |
| `## A heading` | a heading |
| `- one thing` | a list, one line for each thing |
| `[our website](https://riverbend.example)` | a link |
| a link alone between two empty lines | a button |

Write plain words: no HTML, no pictures, no tables. When you paste from Word, paste as plain text (Ctrl+Shift+V).

## Fields

A field stands between two braces on each side and is filled in for each patient.

| field | what it says | example |
|---|---|---|
"""

_REST = """
Fields that may stand in a subject or preheader: {heads}.

`{{{{ articles }}}}` stands on a line of its own. It brings a heading and the articles that fit this patient, and
leaves no trace where none fits.

## Words for some patients only

```
{{% if clinic.booking_url %}}
[Choose a time]({{{{ clinic.booking_url }}}})
{{% else %}}
Please call {{{{ clinic.phone }}}}.
{{% endif %}}
```

A field that is empty counts as "no". Each `{{% if ... %}}` needs its `{{% endif %}}`; `{{% else %}}` may be left out.
"""


def write_guide() -> str:
    """The whole page."""
    rows = "".join(f"| `{{{{ {name} }}}}` | {meaning} | {example} |\n" for name, meaning, example, _ in FIELDS)
    heads = ", ".join(f"`{{{{ {field.name} }}}}`" for field in FIELDS if field.in_subject)
    return _TOP + rows + _REST.format(heads=heads)
