"""Whether a person seems to ask, in own words, for no more letters. Nothing is stopped by it: somebody reads the mail.

English and Spanish, as the clinic's patients write. What stands above a quoted letter is looked at, and of that the
first lines: further down stand signatures and what programs add.
"""

import re
import unicodedata
from collections.abc import Iterator
from email.message import Message

from jobs.clinic.patterns import pattern

_FIRST_LINES, _LONGEST_LINE, _LONGEST_TEXT = 8, 300, 400_000
_QUOTED_FROM_HERE = pattern(
    r"^\s*(?:>|-{2,} ?\S.* ?-{2,}\s*$|_{10,}\s*$|On .{5,200} wrote:\s*$|El .{5,200} escribi\u00f3:\s*$|"
    r"(?:From|De): .*@)"
)
_QUOTED_IN_HTML = pattern(r"<(?:blockquote|hr)\b|\bgmail_quote|\bappendonsend|\bdivRplyFwdMsg", re.IGNORECASE)
_LINE_IN_HTML = pattern(r"<(?:br|/p|/div|/h\d|/li|/tr)\b[^<>]{0,200}>", re.IGNORECASE)
_UNSEEN_IN_HTML = pattern(r"<(style|script|head)\b.*?</\1>", re.IGNORECASE | re.DOTALL)
_TAG = pattern(r"<[^<>]{0,2000}>")
_BY_PROGRAMS = pattern(r"\s*(?:(?:re|aw|fwd?|rv|ext(?:ernal)?)\s*:|\[[^\[\]]{1,30}\])\s*", re.IGNORECASE)
_SENTENCE = pattern(r"[.!?;:\n]+|,\s")

_MAILS = r"(?:e-?mails?|e-?mailings?|mails?|mailings?|letters?|messages?|reminders?|newsletters?|texts?)"
_WORDS = r"(?:[\w'-]+\s+)"
_ALONE = pattern(
    r"(?:(?:please|pls|kindly|por favor)\s+)?(?:stop|unsubscribe|opt[- ]?out|remove me|take me off|leave me alone|"
    r"no more|no mas|baja|basta)(?:\s+(?:me|it|this|these|all|now|please|pls|thanks|thank you|por favor))*"
)
_ASKS = pattern(
    rf"\b(?:(?:un-?subscrib|opt(?:ing)?[- ]out\b)"
    rf"|(?:stop|quit|cease)\s+(?!by\b){_WORDS}{{0,3}}?(?:{_MAILS}|e-?mailing|sending|writing|contacting|messaging)\b"
    rf"|(?:do not|don'?t|never)\s+(?:ever\s+)?(?:e-?mail|send|write|contact|message)\s+(?:to\s+)?"
    rf"(?:me|us|any|anything|this|these|those|more)\b"
    rf"|(?:do not|don'?t|no longer)\s+(?:want|wish|need|care)\b(?!.*\bmiss\b).*\b(?:{_MAILS}|hear from you)\b"
    rf"|(?:remove|take|delete|drop|get)\s+(?:me|us|my\s+{_WORDS}{{1,3}}|this\s+{_WORDS}{{1,2}})\s*(?:off|from|out)\b"
    rf".*\b(?:list|lists|database|{_MAILS})\b"
    rf"|no more\s+{_WORDS}{{0,2}}{_MAILS}\b"
    rf"|cancel\s+{_WORDS}{{0,2}}(?:subscription|{_MAILS})\b"
    rf"|dej(?:a|e|en|ar) de (?:enviar|mandar|escribir)"
    rf"|no (?:me |nos )?(?:envie|mande|escriba|contacte)n?\b"
    rf"|no (?:quiero|deseo)\b.*\b(?:correos?|mensajes?|cartas?|recordatorios?|{_MAILS})\b"
    rf"|no mas (?:correos?|mensajes?|cartas?|recordatorios?|{_MAILS})\b"
    rf"|(?:denme|deme|dame|darme|dar|darnos) de baja\b"
    rf"|(?:quit|borr|elimin|sac|saqu)\w* .*\blista\b|(?:quit|borr|elimin|sac|saqu)\w*(?:me|nos) de\b)"
)
_OF_A_PROGRAM = pattern(r"\b(?:click|tap|below|haga clic)\b")


def seems_to_ask(subject: str, message: Message) -> bool:
    """Whether the subject, or the first lines that a person wrote, ask for an end."""
    return any(map(_asks, (_without_marks(subject), *_first_lines(message))))


def unquoted(text: str) -> str:
    """What stands above the letter that a reply quotes."""
    lines = []
    for line in text.splitlines():
        if _QUOTED_FROM_HERE.match(line):
            break
        lines.append(line)
    return "\n".join(lines)


def _without_marks(subject: str) -> str:
    """A subject without what mail programs put before it."""
    while found := _BY_PROGRAMS.match(subject):
        subject = subject[found.end() :]
    return subject


def _asks(line: str) -> bool:
    line = _plain(line)
    if _OF_A_PROGRAM.search(line):
        return False
    sentences = [" ".join(sentence.split()) for sentence in _SENTENCE.split(line)]
    return any(_ALONE.fullmatch(words) or _ASKS.search(words) for words in sentences)


def _plain(text: str) -> str:
    """Small letters without accents, and the plain apostrophe."""
    apart = unicodedata.normalize("NFKD", text[:_LONGEST_LINE].casefold().replace("\u2019", "'"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _first_lines(message: Message) -> list[str]:
    """The first lines of a mail that a person wrote; none of what is sent to a list of readers."""
    if any(name in message for name in ("list-id", "list-unsubscribe", "list-post")):
        return []
    text = next(_texts(message, "plain"), "") or _of_html(next(_texts(message, "html"), ""))
    return [line for line in unquoted(text).splitlines() if line.strip()][:_FIRST_LINES]


def _texts(message: Message, kind: str) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_type() == f"text/{kind}" and isinstance(payload := part.get_payload(decode=True), bytes):
            yield payload[:_LONGEST_TEXT].decode("utf-8", "replace")


def _of_html(text: str) -> str:
    """What is to be read of a page, line by line, up to what it quotes."""
    seen = _QUOTED_IN_HTML.split(_UNSEEN_IN_HTML.sub(" ", text))[0]
    return _TAG.sub(" ", _LINE_IN_HTML.sub("\n", seen.replace("\n", " ").replace("\r", " ")))
