"""The list of articles as the office manager leaves it: every fault at once, with line and remedy."""

from pathlib import Path

import pytest

from jobs.articles.library import Article, Library, load_library

COLUMNS = "slug,title,url,topics,icd10,summary,published,purpose,off"
HEADER = COLUMNS + "\n"
GOOD = (
    "stiff-back,A stiff back,https://clinic.example/blog/stiff-back,low back pain,M54.5,Five moves.,2026-02-03,care,\n"
)
SHIPPED = Path(__file__).resolve().parents[2] / "config" / "articles.csv"
NOBODY = "A link must not say who follows it. Take that part out."


def load(folder: Path, content: str | bytes) -> tuple[Library, list[str]]:
    path = folder / "config" / "articles.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    library, faults = load_library(path)
    return library, [str(fault) for fault in faults]


def row(**cells: str) -> str:
    """A good row but for these cells."""
    named = {"slug": "other", "url": f"https://clinic.example/blog/{cells.get('slug', 'other')}"}
    good = dict(zip(COLUMNS.split(","), GOOD.strip().split(","), strict=True)) | named | cells
    return ",".join(f'"{cell}"' for cell in good.values()) + "\n"


def test_the_list_that_is_shipped_has_no_fault_and_holds_the_two_known_posts() -> None:
    library, faults = load_library(SHIPPED)
    assert faults == []
    assert [article.url for article in library.articles] == [
        "https://www.ironhorsept.com/blog/lower-back-pain-when-running",
        "https://www.ironhorsept.com/blog/5-benefits-of-pilates",
    ]
    assert {article.published for article in library.articles} == {""}


def test_a_good_row_becomes_an_article(tmp_path: Path) -> None:
    library, faults = load(tmp_path, HEADER + GOOD)
    assert faults == []
    assert library.articles == (
        Article("stiff-back", "A stiff back", "https://clinic.example/blog/stiff-back", "Five moves.",
                ("low back pain",), ("M54.5",), "2026-02-03", "care", False, 2),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"slug": ""}, '"A stiff back" has no slug.\nGive it a short name, such as five-moves-for-a-stiff-back.'),
        (
            {"title": "#NAME?"},
            'title "#NAME?" is what Excel writes where it takes words for a formula or a column is narrow.\n'
            "Format the cell as text, type the words anew and save the list again.",
        ),
        (
            {"summary": "Golf &amp; hips."},
            'summary holds "&amp;", which patients would see.\nWrite plain words there.',
        ),
        (
            {"url": "https://urldefense.com/v3/__https://clinic.example/blog/hips__"},
            "url was copied from a mail: it leads through urldefense.com and may tell who follows it.\n"
            "Open the page, and copy its address from the browser.",
        ),
        ({"title": "<b>Golf</b>"}, 'title holds "<b>", which patients would see.\nWrite plain words there.'),
        (
            {"url": "https://clinic.example/blog/stiff-back/"},
            "The url stands in line 2 already, so that a patient could get the page twice.\n"
            "Correct it, or delete one of the two lines; the one above counts until then.",
        ),
        ({"title": " "}, '"other" has no title.\nWrite the title as the patient shall read it.'),
        ({"url": ""}, "The article has no url.\nWrite the address of its page, with https://."),
        (
            {"slug": "Stiff-Back"},
            'slug "Stiff-Back" stands in line 2 already.\n'
            "Give this article a slug of its own; the one above counts until then.",
        ),
        (
            {"url": "www.clinic.example/blog"},
            'url "www.clinic.example/blog" is no web address.\nDid you mean "https://www.clinic.example/blog"?',
        ),
        (
            {"url": "javascript:alert(1)"},
            'url "javascript:alert(1)" is no web address.\nCopy it from the browser; it begins with https://.',
        ),
        (
            {"url": "https://clinic.example/a b"},
            'url "https://clinic.example/a b" has a blank in it.\n'
            "Copy the address from the browser again; one address only.",
        ),
        (
            {"url": "https://clinic.example/?to=mira%40mail.example"},
            f'url "https://clinic.example/?to=mira%40mail.example" holds an e-mail address.\n{NOBODY}',
        ),
        (
            {"url": "https://clinic.example/a?utm_source=mail&patient_id=7"},
            'url "https://clinic.example/a?utm_source=mail&patient_id=7" holds "patient_id", which is about one reader.'
            f"\n{NOBODY}",
        ),
        (
            {"url": "https://clinic.example/a#access_token=7"},
            f'url "https://clinic.example/a#access_token=7" holds "access_token", which is about one reader.\n{NOBODY}',
        ),
        (
            {"icd10": "M54.5; back"},
            'icd10 "back" is no beginning of a diagnosis code.\n'
            "Write one letter and two figures at least, such as M54 or M54.5, and a semicolon between two.",
        ),
        (
            {"icd10": "MO5"},
            'icd10 "MO5" is no beginning of a diagnosis code.\n'
            'Did you mean "M05", with a figure in place of the letter?',
        ),
        (
            {"published": "last spring"},
            'published "last spring" is no date that can be read.\nWrite it so: 2026-10-18. Or leave it empty.',
        ),
        (
            {"published": "18/10/2026"},
            'published "18/10/2026" is no date that can be read.\nWrite it so: 2026-10-18. Or leave it empty.',
        ),
        ({"purpose": "new"}, 'purpose "new" is neither care nor news.\nDid you mean "news"?'),
        (
            {"purpose": "blog"},
            'purpose "blog" is neither care nor news.\nWrite care or news; empty means care.',
        ),
        ({"off": "yess"}, 'off "yess" is neither yes nor no.\nDid you mean "yes"?'),
        (
            {"off": "on"},
            'off "on" is neither yes nor no.\nWrite yes where the article must not be sent; empty means no.',
        ),
        (
            {"topics": " ; ", "icd10": ""},
            "The article has no topic and no icd10, so it can never be chosen.\n"
            "Write into topics what it is about, such as: low back pain; running",
        ),
    ],
)
def test_a_faulty_article_is_named_and_left_out_and_the_rest_goes_on(
    tmp_path: Path, cells: dict[str, str], fault: str
) -> None:
    library, faults = load(tmp_path, HEADER + GOOD + row(**cells) + row(slug="last"))
    assert faults == [f"config/articles.csv, line 3: {fault}"]
    assert [article.slug for article in library.articles] == ["stiff-back", "last"]


def test_all_faults_of_all_lines_are_told_at_once(tmp_path: Path) -> None:
    _, faults = load(tmp_path, HEADER + row(title="", purpose="x") + GOOD + row(slug="b", off="maybe", icd10="5"))
    assert [fault.split(": ")[0] for fault in faults] == ["config/articles.csv, line 2"] * 2 + [
        "config/articles.csv, line 4"
    ] * 2


def test_lines_are_those_of_the_file_even_where_cells_hold_line_breaks(tmp_path: Path) -> None:
    library, faults = load(
        tmp_path, HEADER + row(slug="a", summary="One.\nTwo.\r\nThree.") + "\r\n" + row(off="perhaps")
    )
    assert [article.summary for article in library.articles] == ["One. Two. Three."]
    assert faults[0].startswith('config/articles.csv, line 6: off "perhaps"')


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_excel_saves_is_read(tmp_path: Path, encoding: str, delimiter: str) -> None:
    cells = [
        "Café",
        "A café’s chair",
        "https://clinic.example/café",
        '"neck; desk work"',
        "M54.2",
        "",
        "10/18/2026",
        "",
        "",
    ]
    content = f"{HEADER.replace(',', delimiter)}{delimiter.join(cells)}\r\n{delimiter * 8}\r\n"
    library, faults = load(tmp_path, content.encode(encoding))
    assert faults == []
    assert [(one.title, one.topics, one.published) for one in library.articles] == [
        ("A café’s chair", ("neck", "desk work"), "2026-10-18")
    ]


def test_headers_may_come_in_any_order_and_case_with_columns_of_her_own(tmp_path: Path) -> None:
    library, faults = load(
        tmp_path,
        "sep=;\nOFF;Notes;ICD-10;Topics;URL;Title;Slug ;Purpose;Summary;Published\n"
        "TRUE;ask Mira;M54.2;neck;https://clinic.example/neck;A neck;neck;News;Short.;\n",
    )
    assert faults == []
    assert library.articles == (
        Article("neck", "A neck", "https://clinic.example/neck", "Short.", ("neck",), ("M54.2",), "", "news", True, 3),
    )


@pytest.mark.parametrize(
    "cell", ["neck pain; desk work", "neck pain, desk work", "neck pain\ndesk work;", "neck pain;;Neck  pain;desk work"]
)
def test_several_topics_in_a_cell_may_be_split_in_several_ways(tmp_path: Path, cell: str) -> None:
    assert load(tmp_path, HEADER + row(topics=cell))[0].articles[0].topics == ("neck pain", "desk work")


def test_codes_are_brought_into_one_form(tmp_path: Path) -> None:
    library, faults = load(tmp_path, HEADER + row(icd10="m545; M54.- ,S93.401a; M54.5*; M54.50x"))
    assert faults == []
    assert library.articles[0].codes == ("M54.5", "M54", "S93.401A", "M54.50X")


@pytest.mark.parametrize(
    ("typed", "off"), [("", False), ("no", False), ("FALSE", False), ("yes", True), ("x", True), ("Off", True)]
)
def test_off_is_a_yes_or_a_no(tmp_path: Path, typed: str, off: bool) -> None:
    assert load(tmp_path, HEADER + row(off=typed))[0].articles[0].off is off


@pytest.mark.parametrize(
    "url",
    [
        "https://clinic.example/blog/?p=123",
        "https://clinic.example/articles/a-0?src=mail&utm=followup",
        "HTTP://www.clinic.example:8080",
        "https://blog.example/@clinic/back#stretches",
    ],
)
def test_an_address_that_is_the_same_for_every_reader_is_taken_as_it_stands(tmp_path: Path, url: str) -> None:
    library, faults = load(tmp_path, HEADER + row(url=url))
    assert (faults, library.articles[0].url) == ([], url)


def test_a_comma_without_quotation_marks_does_not_shift_the_cells_unseen(tmp_path: Path) -> None:
    library, faults = load(tmp_path, HEADER + GOOD.replace("Five moves.", "Five moves, each gentle.") + row())
    assert faults == [
        "config/articles.csv, line 2: This line has 10 cells, and the first line has 9 columns.\n"
        'Put a text that holds a comma between quotation marks: "so, too".'
    ]
    assert [article.slug for article in library.articles] == ["other"]


def test_a_quotation_mark_that_is_never_closed_is_found_where_it_opens(tmp_path: Path) -> None:
    library, faults = load(tmp_path, HEADER + GOOD + 'b,"B,https://clinic.example/b,neck,,,,,\n' + "c,C,x,y,,,,,\n")
    assert faults == [
        "config/articles.csv, line 3: A quotation mark opens in this line and is never closed; "
        "nothing after it can be read.\nClose it, or delete it."
    ]
    assert len(library.articles) == 1


def test_a_quotation_mark_that_runs_on_to_another_takes_no_article_unseen(tmp_path: Path) -> None:
    cut = (
        'b,"B,https://clinic.example/b,neck,,,,,\n' + "c,C,x,y,,,,,\n" + 'd,"D, too",https://clinic.example/d,y,,,,,\n'
    )
    library, faults = load(tmp_path, HEADER + GOOD + cut)
    assert faults == [
        "config/articles.csv, line 3: A quotation mark opens in this line and is never closed; "
        "nothing after it can be read.\nClose it, or delete it."
    ]
    assert library.cannot_be_read


@pytest.mark.parametrize("missing", ["slug", "title", "url", "topics", "purpose", "off"])
def test_without_a_column_that_decides_no_article_is_sent(tmp_path: Path, missing: str) -> None:
    library, faults = load(tmp_path, (HEADER + GOOD).replace(missing, "zzzz", 1))
    assert library.articles == ()
    assert faults == [
        f"config/articles.csv, line 1: The first line has no column {missing}. "
        "Letters with articles wait until it has one.\n"
        f"The first line must be: {COLUMNS}"
    ]


def test_a_header_with_a_slip_is_recognized_in_the_remedy(tmp_path: Path) -> None:
    library, faults = load(tmp_path, (HEADER + GOOD).replace("summary", "sumary", 1))
    assert faults == [
        "config/articles.csv, line 1: The first line has no column summary. The articles go on without it.\n"
        'Rename the column "sumary" to summary.'
    ]
    assert [article.summary for article in library.articles] == [""]


def test_a_column_that_stands_twice_is_a_fault(tmp_path: Path) -> None:
    assert load(tmp_path, HEADER.strip() + ",off\n" + GOOD)[1] == [
        "config/articles.csv, line 1: The first line has the column off 2 times.\nKeep one of them."
    ]


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    library, faults = load_library(tmp_path / "config" / "articles.csv")
    assert library.articles == ()
    assert [str(fault) for fault in faults] == [
        "config/articles.csv: The file cannot be read (No such file or directory).\n"
        "Put the file back, or copy the one that came with the program. Until then letters with articles wait."
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", f"The file is empty.\nIts first line must be: {COLUMNS}"),
        (b"\xef\xbb\xbf\r\n \r\n", f"The file is empty.\nIts first line must be: {COLUMNS}"),
        (
            b"PK\x03\x04\x14\x00",
            "This is an Excel workbook that was named .csv.\nOpen it in Excel and save it again as CSV UTF-8.",
        ),
    ],
)
def test_a_file_that_is_no_list_is_one_sentence(tmp_path: Path, content: bytes, fault: str) -> None:
    library, faults = load(tmp_path, content)
    assert (library.articles, faults) == ((), [f"config/articles.csv: {fault}"])


def test_a_list_without_articles_is_no_fault(tmp_path: Path) -> None:
    library, faults = load(tmp_path, HEADER)
    assert (library.articles, faults) == ((), [])


@pytest.mark.parametrize("content", [bytes(range(256)) * 3, b'"' * 999, b"\xff\xfe\x00", b"a\n" * 99, b"slug\r" * 9])
def test_whatever_lies_there_ends_in_faults_and_not_in_a_crash(tmp_path: Path, content: bytes) -> None:
    library, faults = load(tmp_path, content)
    assert (library.articles, bool(faults)) == ((), True)


def test_a_letter_about_care_carries_no_news() -> None:
    care, news = an_article("care-of-knees", "care"), an_article("open-day", "news")
    library = Library((care, news))
    assert library.for_letters("care").articles == (care,)
    assert library.for_letters("care") is library.for_letters("care")  # what was chosen from it is remembered
    assert library.for_letters("news").articles == (care, news)


def an_article(slug: str, purpose: str) -> Article:
    return Article(slug, slug, f"https://lakeside.example/{slug}", "", (slug,), (), "", purpose, False, 2)


def test_a_proposed_article_waits_for_its_yes_and_needs_no_topic_until_then(tmp_path: Path) -> None:
    rows = [row(slug="a"), row(slug="b"), row(slug="c", topics="", icd10=""), row(slug="d"), row(slug="e")]
    answers = ("", "yes", "no", "No", "perhaps")
    lines = [line.rstrip("\n") + f",{answer}\n" for line, answer in zip(rows, answers, strict=True)]
    library, faults = load(tmp_path, f"{COLUMNS},confirmed\n{''.join(lines)}")
    assert [(one.slug, one.off, one.waits) for one in library.articles] == [
        ("a", False, False), ("b", False, False), ("c", True, True), ("d", True, True),
    ]  # fmt: skip
    assert faults == [
        'config/articles.csv, line 6: confirmed "perhaps" is neither yes nor no.\n'
        "Write yes where it may be sent, no where it must wait."
    ]


@pytest.mark.parametrize(
    ("encoding", "garbled"), [("mac_roman", "Caf\u017d"), ("cp850", "Caf\u201a"), ("utf-8 twice", "Caf\u00c3\u00a9")]
)
def test_letters_never_carry_a_title_that_an_old_encoding_has_garbled(
    tmp_path: Path, encoding: str, garbled: str
) -> None:
    lines = (
        HEADER + GOOD + row(slug="cafe", title="Caf\u00e9 moves for you") + row(slug="nap", summary="A na\u00efve nap.")
    )
    twice = encoding == "utf-8 twice"
    content = lines.encode("utf-8").decode("cp1252").encode("utf-8") if twice else lines.encode(encoding)
    library, faults = load(tmp_path, content)
    assert [article.slug for article in library.articles] == ["stiff-back"]
    assert faults == [
        f'config/articles.csv, line 3: The line holds garbled characters, such as "{garbled}". So does one more line.\n'
        "Type them anew and save the list as CSV UTF-8; until then they stand in no letter."
    ]


def test_all_that_was_garbled_at_once_is_one_fault(tmp_path: Path) -> None:
    lines = HEADER + "".join(
        row(slug=f"cafe-{n}", title=f"The caf\u00e9\u2019s rule {n} \u2013 \u201cfive\u201d") for n in (1, 2, 3)
    )
    library, faults = load(tmp_path, lines.encode("mac_roman"))
    assert library.articles == ()
    assert faults == [
        'config/articles.csv, line 2: The line holds garbled characters, such as "caf\u017d\u00d5s". '
        "So do 2 more lines.\n"
        "Type them anew and save the list as CSV UTF-8; until then they stand in no letter."
    ]


@pytest.mark.parametrize(
    "title",
    [
        "Jos\u00e9\u2019s \u201cfive\u201d moves \u2013 \u00e0 la carte",
        "CAF\u00c9",
        "El Ni\u00f1o, \u00d3scar y t\u00fa",
        "30 \u00b0C \u00b7 \u20ac5",
    ],
)
def test_what_windows_saves_is_not_taken_for_garbled(tmp_path: Path, title: str) -> None:
    library, faults = load(tmp_path, (HEADER + row(title=title)).encode("cp1252"))
    assert (faults, [article.title for article in library.articles]) == ([], [title])


def test_a_name_with_a_capital_in_its_middle_is_not_taken_for_garbled(tmp_path: Path) -> None:
    library, faults = load(tmp_path, HEADER + row(title="Five moves by Physio\u00c9lan"))
    assert (faults, len(library.articles)) == ([], 1)
