"""Says in words for the staff why an article was chosen."""

from jobs.articles.free_text import TextMatch
from jobs.articles.matching import Match
from jobs.articles.word_lists import common_words
from jobs.articles.words import key_of

_WORDS_NAMED = 3


def reason_of(found: list[Match], text: TextMatch | None) -> str:
    """The reason in words: what the need says, then what of it the article is about."""
    about = list(dict.fromkeys(match.subject for match in found if not match.by_code))
    parts = [_in_words(match) for match in found]
    parts += [
        f"{field} {' and '.join(quoted)} stands in the article" for field, quoted in _words_named(found, text).items()
    ]
    if about:
        parts.append(f"the article is about {' and '.join(filter(None, [', '.join(about[:-1]), about[-1]]))}")
    return "; ".join(parts)


def _words_named(found: list[Match], text: TextMatch | None) -> dict[str, list[str]]:
    """The weightiest words that a need shares with an article, beside those that the reason names already, by field."""
    words = text.words if text else ()
    telling = [(field, typed) for field, typed in words if key_of(typed) not in common_words()] if found else words
    named = [phrase.casefold() for match in found for phrase in match.evidence.phrases]
    by_field: dict[str, list[str]] = {}
    for field, typed in telling[:_WORDS_NAMED]:
        if not any(typed.casefold() in phrase for phrase in named):
            by_field.setdefault(field, []).append(f'"{typed}"')
    return by_field


def _in_words(match: Match) -> str:
    evidence = match.evidence
    if evidence.is_code:
        said = f"{evidence.field} {' and '.join(evidence.phrases)}"
        if match.by_code:
            meaning = f" ({evidence.concept})" if evidence.concept else ""
            return f"{said}{meaning} is among the article's codes ({match.subject})"
    else:
        quoted = [f'"{phrase}"' for phrase in evidence.phrases]
        said = f"{evidence.field} {' and '.join(quoted)}"
    if evidence.concept and evidence.concept.casefold() not in (phrase.casefold() for phrase in evidence.phrases):
        return f"{said} is {evidence.concept}"
    return said
