"""What fits and why, what the list of articles holds, the clinic's own words, and a therapist's no."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from rich.table import Table

from jobs.articles.article_file import WORDS, read_rows
from jobs.articles.choice import THRESHOLD, Need, choose, doctor_first, weighings
from jobs.articles.further import Shown
from jobs.articles.icd10cm import mend_codes, title_of
from jobs.articles.library import Article, Library, load_library
from jobs.articles.list_editing import NotEditable, edited
from jobs.articles.own_words import why_not
from jobs.articles.pages import NAME, page_faults
from jobs.articles.vocabulary import the_vocabulary
from jobs.articles.words import key_of
from jobs.clinic.diagnoses import read_diagnosis
from jobs.clinic.faults import did_you_mean
from jobs.clinic.follow_ups import utc_text
from jobs.desk.terminal import open_console
from jobs.machine.whole_files import write_whole
from jobs.runner.settings_loading import load_settings
from jobs.runner.tools import Tools
from jobs.store.article_vetoes import EVERY, Veto, record_veto, vetoes_now
from jobs.store.patient_story import find_patients


def show_match(home: Path, need: Need, news: bool, most: int) -> None:
    """Print the ranking of the articles for a need, with what each point weighs."""
    library = _library(home).for_letters("news" if news else "care")
    for code in read_diagnosis(mend_codes(need.diagnosis)[0]).codes.split():
        click.echo(f"{code}: {title_of(code) or 'no code of ICD-10-CM'}")
    sign = doctor_first(library, need)
    if sign:
        click.echo(f"N{sign[1:]}.")
        return
    ranking = weighings(library, need)
    if not ranking:
        click.echo("Nothing that was typed speaks for any article.")
    chosen = {choice.article.slug for choice in choose(library, need, (), len(library.articles))}
    for shown in ranking[:most]:
        click.echo(_in_words(shown, shown.choice.article.slug in chosen))
    fitting = sum(shown.choice.score >= THRESHOLD for shown in ranking)
    click.echo(f"{fitting} of {len(library.articles)} articles reach {THRESHOLD:g}; no other comes first.")


def _in_words(shown: Shown, is_sent: bool) -> str:
    choice, weighed = shown.choice, shown.weighed
    why_not = "not sent" if choice.score < THRESHOLD else "not sent: what speaks for it is not as sure as for the first"
    sent = f"  ({why_not})" if not is_sent else "" if choice.score >= THRESHOLD else "  (sent beside the first)"
    lines = [f"{choice.score:6.2f}  {choice.article.slug}: {choice.article.title}{sent}"]
    for match in shown.found:
        points = match.strength * match.weight
        said = " and ".join(f'"{phrase}"' for phrase in match.evidence.phrases)
        lines.append(f"        {points:+.2f}  {match.evidence.field} {said} for {match.subject}")
    if weighed.words >= 0.005:
        lines.append(f"        {weighed.words:+.2f}  words that stand in the article")
    lines += [f"        x {objection.factor:.2f}  {objection.why}" for objection in weighed.objections]
    return "\n".join(lines)


def show_articles(home: Path) -> None:
    """Print the list, its faults, and whose page is gone."""
    library, faults = load_library(home / "config" / "articles.csv")
    table = Table("Slug", "Title", "Topics", "Codes", "May be sent")
    for article in library.articles:
        table.add_row(article.slug, article.title, "; ".join(article.topics), "; ".join(article.codes), _may(article))
    open_console().print(table)
    for fault in (*faults, *page_faults(load_settings(home).state_dir)):
        click.echo(str(fault))


def _may(article: Article) -> str:
    if article.waits:
        return "waits for a yes"
    return "no, it is off" if article.off else "with news" if article.purpose == "news" else "yes"


def show_words(home: Path, part: str) -> None:
    """Print the concepts whose name or spelling holds a part, with their spellings."""
    vocabulary = _library(home).vocabulary or the_vocabulary()
    spellings: dict[str, list[str]] = {}
    for spelling, name in vocabulary.spellings.items():
        if name in vocabulary.concepts:
            spellings.setdefault(name, []).append(spelling)
    sought = key_of(part)
    found = [name for name in vocabulary.concepts if any(sought in each for each in (name, *spellings.get(name, ())))]
    table = Table("Means", "Kind", "As it may be typed")
    for name in found:
        table.add_row(name, vocabulary.kind(name), "; ".join(sorted(spellings.get(name, ()))))
    open_console().print(table)
    click.echo(f"{len(found)} of {len(vocabulary.concepts)} concepts. `articles add-word` adds words of your own.")


def add_own_word(home: Path, typed: str, means: str, note: str) -> str:
    """Add a line to config/words.csv; give what is wrong with it, or "" where it was added."""
    words = " ".join(typed.split())
    wrong = why_not(words, means)
    if wrong:
        return " ".join(wrong)
    path = home / "config" / "words.csv"
    content = path.read_bytes() if path.exists() else b"words,means,note\n"
    rows, _ = read_rows(content, path.name, WORDS)
    if any(key_of(row.text("words")) == key_of(words) for row in rows):
        return f'"{words}" stands in config/words.csv already; change it there.'
    try:
        line = {"words": words, "means": means, **({"note": note} if note else {})}
        write_whole(path, edited(content, {}, [line]), like_before=True)
    except NotEditable as error:
        return str(error)
    click.echo(f'Added to config/words.csv: "{words}" means {means}.')
    return ""


def confirm_articles(home: Path, slugs: Sequence[str]) -> str:
    """Write yes under `confirmed`; give what is wrong, or "" where it was written."""
    path = home / "config" / "articles.csv"
    content = path.read_bytes()
    rows = {row.text("slug").casefold(): row for row in read_rows(content, path.name)[0]}
    for slug in slugs:
        if slug.casefold() not in rows:
            return _no_such(slug, rows)
    waiting = {article.slug for article in _library(home).articles if article.waits}
    proposed = [slug for slug in slugs if rows[slug.casefold()].text("slug") in waiting]
    try:
        confirmed = {rows[slug.casefold()].line: {"confirmed": "yes"} for slug in proposed}
        write_whole(path, edited(content, confirmed, []), like_before=True)
    except NotEditable as error:
        return str(error)
    if proposed:
        click.echo(f"Confirmed: {', '.join(proposed)}.")
    for slug in slugs:
        if slug not in proposed:
            click.echo(f"{slug} does not wait for a yes; nothing was changed.")
    return ""


def rule_out(tools: Tools, patient: str, slug: str, allowed: bool, who: str, reason: str) -> bool:
    """Record a therapist's no, or take it back; False where the patient, the article or the no is not known."""
    known = {article.slug for article in _library(tools.home).articles}
    what = slug or EVERY
    with tools.store.begin() as memory:
        found = find_patients(memory, patient)
        if len(found) != 1:
            return _refused(_not_one(patient, len(found)))
        number = found[0][0]
        standing = set(vetoes_now(memory, [number]).get(number, ()))
        if slug and slug not in known | standing:  # a no outlives the line of the list
            return _refused(_no_such(slug, known))
        if not allowed or what in standing:
            record_veto(memory, Veto(utc_text(tools.now), number, what, allowed, who, reason))
    if not allowed:
        click.echo(f"Patient no. {number} gets no {slug or 'articles'}.")
        return True
    if what in standing:
        click.echo(f"Patient no. {number} may get {slug or 'articles'} again.")
    else:
        click.echo(f"No therapist's no to {slug or 'all articles'} stands for patient no. {number}.", err=True)
    click.echo(_still_ruled_out(standing - {what}), nl=False)
    return what in standing


def _still_ruled_out(slugs: set[str]) -> str:
    """What other noes still say, and how each is taken back; "" where there is none."""
    if EVERY in slugs:
        return "All articles are still ruled out; `articles allow PATIENT` takes that back.\n"
    return f"Still ruled out: {', '.join(sorted(slugs))}; `articles allow PATIENT SLUG` takes one back.\n" * bool(slugs)


def _not_one(patient: str, count: int) -> str:
    if count:
        return f'"{patient}" means {count} patients. Use the number that `why` shows.'
    return f'Nobody is known as "{patient}". Write the whole name, or the number that `why` shows.'


def _refused(sentence: str) -> bool:
    click.echo(sentence, err=True)
    return False


def _no_such(slug: str, known: Iterable[str]) -> str:
    return f'There is no article "{slug}". {did_you_mean(slug.casefold(), known) or "`articles list` shows them."}'


def _library(home: Path) -> Library:
    state = load_settings(home).state_dir
    return load_library(home / "config" / "articles.csv", state / NAME)[0]
