"""The labels of this folder are enough, unlike each other, and name articles that exist."""

from collections import Counter

from labelled_cases import read_articles, read_cases
from measures import ndcg
from plain_bm25 import PlainBM25

CASES, SET_APART = read_cases("cases.txt"), [*read_cases("set_apart.txt"), *read_cases("set_apart_later.txt")]
STRANGERS = [case for name in "abcdefghijkmnopqrstuvwxyz" for case in read_cases(f"strangers_{name}.txt")]
FRONT_DESK = read_cases("front_desk.txt")


def test_there_are_enough_articles_and_cases() -> None:
    assert len(read_articles().articles) >= 40
    assert len(CASES) >= 200
    assert len(SET_APART) >= 50
    assert sum(case.nothing_fits for case in SET_APART) >= 20
    assert sum(bool(case.never) for case in SET_APART) >= 20
    sorts = Counter(case.sort for case in FRONT_DESK)
    assert min(sorts["nothing"], sorts["contradiction"], sorts["plain"]) >= 150


def test_no_case_stands_there_twice() -> None:
    needs = [case.need for case in (*CASES, *SET_APART, *STRANGERS, *FRONT_DESK) if any(case.need[:3])]
    assert [need for need in needs if needs.count(need) > 1] == []


def test_every_label_names_an_article_and_no_article_twice() -> None:
    slugs = [article.slug for article in read_articles().articles]
    assert len(set(slugs)) == len(slugs)
    for case in (*CASES, *SET_APART, *STRANGERS, *FRONT_DESK):
        labels = [*case.best, *case.also, *case.never]
        assert set(labels) <= set(slugs), case
        assert len(labels) == len(set(labels)), case


def test_the_measure_is_that_of_the_books() -> None:
    assert ndcg(["a", "b"], {"a": 2, "b": 1}, 3) == 1.0
    assert round(ndcg(["b", "a"], {"a": 2, "b": 1}, 3), 4) == round((1 + 3 / 1.5849625) / (3 + 1 / 1.5849625), 4)
    assert ndcg(["c"], {"a": 2}, 3) == ndcg([], {"a": 2}, 3) == 0.0


def test_plain_bm25_ranks_by_rare_shared_words() -> None:
    index = PlainBM25(["the knee and the hip", "the neck", "the back the back"])
    assert index.ranking("the back") == [2, 0, 1]
    assert index.ranking("elbow") == []
