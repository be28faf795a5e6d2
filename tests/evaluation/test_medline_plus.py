"""The choice's reading of free text on health topics that nobody here wrote: MedlinePlus, from MedQuAD (CC BY 4.0).

Title and text of 981 topics are indexed, not their synonyms; each of 408 synonyms is a complaint with one right topic.
The data lies beside the checkout where it is available; nothing of it is part of this repository.
"""

import csv
import json
import time
from pathlib import Path

import pytest
from measures import ndcg
from plain_bm25 import PlainBM25

from jobs.articles.choice import Need, rank
from jobs.articles.library import Article, Library

ROOT = Path(__file__).resolve().parents[2]
DATA = next((found for above in ROOT.parents if (found := above / "shared/data/articles").is_dir()), ROOT / "none")

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the outside sample data is not beside the checkout")


def topics() -> dict[str, tuple[str, str]]:
    """Title and text of each topic."""
    found: dict[str, tuple[str, str]] = {}
    for line in (DATA / "medquad_medlineplus_topics.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        found[row["doc"]] = row["focus"], f"{found.get(row['doc'], ('', ''))[1]} {row['answer']}".strip()
    return found


def queries() -> list[tuple[str, str]]:
    with (DATA / "synonym_to_topic_queries.tsv").open(encoding="utf-8", newline="") as lines:
        return [(row["query"], row["relevant_doc_id"]) for row in csv.DictReader(lines, delimiter="\t")]


def test_the_choice_finds_health_topics_by_their_synonyms_better_than_plain_bm25() -> None:
    known, asked = topics(), queries()
    assert (len(known), len(asked)) == (981, 408)
    library = Library(
        tuple(
            Article(slug, title, "https://topics.example/", "", (), (), "", "care", False, 2, text)
            for slug, (title, text) in known.items()
        )
    )
    rank(library, Need("", "knee", "", "", "", ""))  # the index is made
    began = time.process_time()
    ours = [[one.article.slug for one in rank(library, Need("", query, "", "", "", ""))] for query, _ in asked]
    seconds = (time.process_time() - began) / len(asked)
    slugs = list(known)
    index = PlainBM25([f"{title} {text}" for title, text in known.values()])
    plain = [[slugs[place] for place in index.ranking(query)] for query, _ in asked]
    mean, plain_mean = (
        sum(ndcg(ranking, {right: 1}, 10) for ranking, (_, right) in zip(rankings, asked, strict=True)) / len(asked)
        for rankings in (ours, plain)
    )
    print(f"MedlinePlus nDCG@10 {mean:.4f}, plain BM25 {plain_mean:.4f}, {seconds * 1000:.1f} ms a query")
    assert 0.46 < plain_mean < 0.48
    assert mean > 0.50
    assert seconds < 0.05
