"""What somebody is called, complains of or calls an article adds nothing to a letter: no tag, no link, no header."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from bs4 import BeautifulSoup
from hand_written_clinic import Clinic, appointment

STRINGS = (
    "<script>alert(1)</script>",
    '"><a href="https://evil.example">click</a>',
    "<img src=x onerror=alert(1)>",
    "[click](https://evil.example)",
    "https://evil.example/win",
    "Pat\r\nBcc: all@evil.example",
    "**Pat** # Pat",
    "{{ clinic.name }}{% for i in range(9) %}x{% endfor %}",
    "=?utf-8?q?Pat=0ABcc:_all@evil.example?=",
    "&lt;b&gt;Pat\u202e\u2028[31m",
)
PLAIN = "Pat"
ARTICLES = "slug,title,url,topics,icd10,summary,published,purpose,off\n"


def letters_of(clinic: Clinic, texts: tuple[str, ...]) -> list[EmailMessage]:
    """The letters after an evaluation of one patient for each text, who is called and complains like that, with an
    article that is called like that."""
    quoted = [text.replace('"', '""').replace("\r\n", " ") for text in texts]
    lines = [
        f'a{n},"{text} low back pain",https://lakeside.example/{n},low back pain,M54.5,"{text}",2026-01-0{n % 9 + 1},,'
        for n, text in enumerate(quoted)
    ]
    (clinic.home / "config" / "articles.csv").write_text(ARTICLES + "\n".join(lines), "utf-8", newline="")
    clinic.export(
        *(
            appointment(
                f"P{n}", "2026-03-03 16:00", kind="PT Initial Evaluation", first_name=text,
                complaint=f"{text} low back pain", email=f"p{n}@patient.example", provider=text,
            )
            for n, text in enumerate(texts)
        )
    )  # fmt: skip
    clinic.pull("2026-03-04 08:45")
    assert clinic.send("2026-03-04 09:00").counts["letters sent"] == len(texts)
    files = sorted((clinic.home / "var" / "outbox").glob("*/*.eml"))
    messages = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return [message for message in messages if isinstance(message, EmailMessage)]


def seen(message: EmailMessage) -> tuple[object, ...]:
    """Headers, tags, attributes and links of a letter, without what rightly differs from patient to patient."""
    html = BeautifulSoup(part(message, "html"), "html.parser")
    tags = [(tag.name, sorted(tag.attrs)) for tag in html.find_all(True)]
    links = [tag["href"] for tag in html.find_all("a") if "lakeside.example/" not in tag["href"]]
    outside = [link for link in links if not link.startswith("mailto:")]
    return message.keys(), message["Subject"], tags, outside, len(html.find_all("a"))


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_ten_hostile_texts_add_no_tag_no_link_and_no_header(opened_clinic: Clinic, tmp_path: Path) -> None:
    usual = seen(letters_of(opened_clinic.copied(tmp_path / "plain"), (PLAIN, PLAIN))[0])
    hostile = letters_of(opened_clinic.copied(tmp_path / "hostile"), STRINGS)
    assert len(hostile) == len(STRINGS) == 10
    for message in hostile:
        assert seen(message) == usual
        assert message.get_all("Bcc") is None and "evil.example" not in str(message["To"])
        words = part(message, "plain")
        assert words.count("https://lakeside.example/") == part(message, "html").count("https://lakeside.example/") == 3
        assert words.split("\n")[0].rstrip() in ("Hello there,", "Hello Pat,")
