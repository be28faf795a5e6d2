"""From a due letter to its finished bytes: the articles are chosen, the order is written, the letter comes back."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from jobs.articles.choice import Choice, Need, choose
from jobs.articles.kept_library import kept_library
from jobs.articles.library import Article, Library
from jobs.articles.pages import NAME as PAGES
from jobs.clinic.due_letters import Due
from jobs.clinic.follow_ups import Rule, utc_text
from jobs.clinic.last_look import CHECK_NAMES_THEM
from jobs.clinic.profile import is_postal_address
from jobs.mail.fields import ArticleValues, LetterValues
from jobs.mail.message import Envelope, message_id, stop_links, unsubscribe_token
from jobs.mail.records import Ready
from jobs.mail.settings import MailSettings
from jobs.mail.stop_secret import stop_secret
from jobs.mail.writing import LetterWriter, Order
from jobs.runner.tools import Tools
from jobs.sending.deciding import DECIDED_FOR, LOOKED_AT, LastMoment
from jobs.sending.early_letters import start_letters
from jobs.store.article_vetoes import EVERY, articles_not_for
from jobs.store.letter_ledger import ChosenArticle, LetterLedger
from jobs.store.letters import LetterFacts, change_letters, letter_facts
from jobs.store.memory import Store

LIST_UNREADABLE = "config/articles.csv has faults and cannot be read"
WAITS_FOR_LIST = f"{LIST_UNREADABLE}{CHECK_NAMES_THEM}"
GROUP = 250  # letters in one commit, at most; they are in the memory together


def start_writer(tools: Tools) -> LetterWriter:
    """Start the process that writes the letters, unless it was started early; it looks at the templates that rules
    name until the first letter is due."""
    early = tools.early.letters if tools.early else None
    return LetterWriter(early or start_letters(tools.home, tools.settings))


def list_waited_for(letters: int) -> str:
    """That so many letters wait until the list of articles can be read."""
    return f"{'1 letter waits' if letters == 1 else f'{letters} letters wait'}: {WAITS_FOR_LIST}."


class Ordered(NamedTuple):
    """A letter that is being written."""

    facts: LetterFacts
    articles: list[Choice]
    order: Order


def finished_groups(
    tools: Tools, writer: LetterWriter, ledger: LetterLedger, due: Sequence[Due], last_moment: LastMoment
) -> Iterator[list[Ready]]:
    """Finished letters, group by group; while one group leaves, the next is being written."""
    desk = OrderDesk(tools)
    ordered: list[Ordered] = []
    size = group_size(tools.settings.mail.pause_seconds)
    for start in range(0, len(due) + size, size):
        library = library_now(tools)
        coming = desk.orders(_usable(tools, writer, library, due[start : start + size]), library, ordered)
        written = writer.take() if ordered else []
        if coming:
            writer.ask([each.order for each in coming])
        if ordered:
            finished = list(_finished(tools, ledger, ordered, written))
            keys = {each.facts.letter_id: each.facts.address_key for each in ordered}
            written_to = {letter.letter_id: keys[letter.letter_id] for letter in finished}
            right = last_moment.still_right(written_to, (letter.letter_id for letter in due[start : start + LOOKED_AT]))
            yield [letter for letter in finished if letter.letter_id in right]
            del finished, written  # they have left: the next group takes their room
        ordered = coming


def group_size(pause_seconds: float) -> int:
    """Letters in one group. With pauses between them so few that they leave within a minute: what was decided longer
    ago is looked at again."""
    return max(1, min(GROUP, int(DECIDED_FOR.total_seconds() / pause_seconds))) if pause_seconds else GROUP


class OrderDesk:
    """Says what each letter holds and to whom it goes."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._secret = stop_secret(tools.state_dir, partial(_kept_secret, tools.store))

    def orders(self, due: Sequence[Due], library: Library, on_their_way: Iterable[Ordered] = ()) -> list[Ordered]:
        """What these letters say; `on_their_way` are those whose articles the memory does not know yet."""
        with self._tools.store.look() as memory:
            facts = letter_facts(memory, (letter.letter_id for letter in due))
            already = articles_not_for(memory, (letter.patient_id for letter in due))
        for each in on_their_way:
            had = already.setdefault(each.facts.patient_id, set())
            had.update(choice.article.slug for choice in each.articles)
        return [self._order(facts[letter.letter_id], library, already) for letter in due]

    def _order(self, facts: LetterFacts, library: Library, already: dict[int, set[str]]) -> Ordered:
        """What one letter says, and to whom; `already` learns of its articles."""
        mail, clinic, rule = self._tools.settings.mail, self._tools.settings.clinic, rule_of(self._tools, facts.rule)
        seen = already.setdefault(facts.patient_id, set())
        choices = articles_for(facts, rule, library, seen)
        seen.update(choice.article.slug for choice in choices)
        token = unsubscribe_token(self._secret, clinic.id, facts.letter_id, rule.category, facts.address_key)
        mailto, url = stop_links(stop_address(mail), mail.unsubscribe_url, token)
        articles = tuple(as_read(choice.article, mail.name_topics) for choice in choices)
        values = LetterValues(
            facts.first_name, facts.starts_at, facts.provider, facts.location, articles, mailto, url, facts.language
        )
        key = f"{clinic.id}:{facts.patient_id}:{facts.rule}:{facts.event_id}:{facts.address_key}"
        envelope = Envelope(
            mail.sender,
            mail.sender_name or clinic.name,
            facts.email,
            mail.reply_to,
            message_id(mail.sender.partition("@")[2], key),
            self._tools.now,
            mailto,
            url,
            rule.category,
            rule.name,
        )
        law = (clinic.address, url or mailto) if rule.category == "news" else ()
        return Ordered(facts, choices, Order(rule.template, values, envelope, law))


def _kept_secret(store: Store, offered: bytes, *, is_new: bool) -> bytes:
    from jobs.store.kept_secret import kept_secret  # seldom is the file not there

    return kept_secret(store, offered, is_new=is_new)


def stop_address(mail: MailSettings) -> str:
    """Where a patient writes who wants no more letters."""
    return mail.unsubscribe_address or mail.reply_to or mail.sender


def library_now(tools: Tools) -> Library:
    """The articles as they stand; loaded once until somebody changes a file."""
    articles, pages = tools.home / "config" / "articles.csv", tools.state_dir / PAGES
    files = (articles, articles.with_name("words.csv"), pages)
    return _library(articles, pages, tools.state_dir / "cache", tuple(map(_stamp, files)))


@lru_cache(maxsize=1)
def _library(articles: Path, pages: Path, cache: Path, stamps: tuple[tuple[int, int], ...]) -> Library:
    return kept_library(articles, pages, cache)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=1024)  # the same one for all letters that carry it: it goes to the writer once for each group
def as_read(article: Article, name_topics: bool) -> ArticleValues:
    """An article as the patient reads it. Its topics may tell why the patient came: they are named only where the
    clinic wants that."""
    return ArticleValues(article.title, article.url, article.summary, ", ".join(article.topics) if name_topics else "")


def articles_for(facts: LetterFacts, rule: Rule, library: Library, already: Collection[str]) -> list[Choice]:
    """The articles that a letter carries; `already` are those that the patient has, or that a therapist ruled out."""
    if EVERY in already:
        return []
    return choose(library.for_letters(rule.category), need_of(facts), already, rule.articles) if rule.articles else []


def need_of(facts: LetterFacts) -> Need:
    """What a letter's patient needs to read about, as the appointment says it."""
    return Need(facts.diagnosis, facts.complaint, facts.activity, facts.service, facts.kind, facts.step)


def rule_of(tools: Tools, name: str) -> Rule:
    """The rule of a letter that passed the last look, hence one that is switched on."""
    rule = tools.settings.follow_ups.rule(name)
    assert rule is not None
    return rule


def _usable(tools: Tools, writer: LetterWriter, library: Library, due: Sequence[Due]) -> list[Due]:
    """The letters whose template can be used; the others wait until it is mended. So do letters with articles while
    their list cannot be read, for each goes once, and news of a clinic without a postal address, once letters leave
    the house."""
    unlawful = tools.settings.mail.mode != "preview" and not is_postal_address(tools.settings.clinic.address)
    waiting: dict[str, list[int]] = {}
    for letter in due:
        rule = rule_of(tools, letter.rule)
        if rule.template not in writer.usable:
            why = "its template is not there" if rule.template in writer.gone else "its template has faults"
            waiting.setdefault(why, []).append(letter.letter_id)
        elif rule.articles and library.cannot_be_read:
            waiting.setdefault(LIST_UNREADABLE, []).append(letter.letter_id)
        elif unlawful and rule.category == "news":
            waiting.setdefault("news needs the clinic's postal address", []).append(letter.letter_id)
    for why, letter_ids in waiting.items():
        _wait(tools, ((letter_id, "ready") for letter_id in letter_ids), why)
    kept_back = {letter_id for letter_ids in waiting.values() for letter_id in letter_ids}
    return [letter for letter in due if letter.letter_id not in kept_back]


def _wait(tools: Tools, letters: Iterable[tuple[int, str]], why: str) -> None:
    reason = f"{why}{CHECK_NAMES_THEM}"
    with tools.store.begin() as memory:
        change_letters(memory, ((letter_id, state, reason) for letter_id, state in letters), utc_text(tools.now))


def _finished(
    tools: Tools, ledger: LetterLedger, ordered: Sequence[Ordered], written: Sequence[bytes | None]
) -> Iterator[Ready]:
    """The letters of a group as they came back from the writer."""
    unwritten = [(each.facts.letter_id, "ready") for each, data in zip(ordered, written, strict=True) if data is None]
    if unwritten:
        _wait(tools, unwritten, "its template cannot be written for this patient")
    for (facts, articles, order), data in zip(ordered, written, strict=True):
        if data is not None:
            ledger.expect(facts, [ChosenArticle(choice.article.slug, choice.reason) for choice in articles])
            yield Ready(facts.letter_id, facts.email, order.envelope.message_id, data, facts.draft_id, facts.tries > 0)
