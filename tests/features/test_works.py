"""Works that can be cited: BibTeX, CSL-JSON and CSL-YAML are read as people write them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.features.citations.bibtex import plain_text, sentence_case, to_text
from pipeline.features.citations.csl.marked_text import ITALIC, NO_CASE, QUOTED, SUPERSCRIPT
from pipeline.features.citations.csl.style import Date, Name, Reference
from pipeline.features.citations.csl_references import edtf, year_and_month
from tests.helpers.citing import read_works, value
from tests.helpers.sentences import no_sentences


def one(text: str, name: str = "refs.bib") -> Reference:
    works = read_works(text, name)
    assert not works.findings
    (work,) = works.by_key.values()
    return work


# --- BibTeX ------------------------------------------------------------------------------


def test_values_in_all_their_forms() -> None:
    work = one(
        '@string{cup = "Cambridge"}\n@Book ( Key1,\n  Title = {A {B} "c"},\n'
        '  publisher = cup # " UP", year = 1999 , note = "with {"}quotes{"}",\n)\n'
    )
    assert (work.key, work.kind) == ("Key1", "book")
    assert value(work, "title") == "A B c"
    assert value(work, "publisher") == "Cambridge UP"
    assert value(work, "note") == "with quotes"
    assert work.dates["issued"] == Date(start=(1999,))


def test_what_is_no_entry_is_passed_over() -> None:
    works = read_works(
        "Anything, even a@b.org.\n@comment{@book{no, title = {No}}}\n% @book{neither}\n"
        '@preamble{"\\newcommand{\\x}{y}"}\n@book{yes, title = {Yes}}\n'
    )
    assert list(works.by_key) == ["yes"]
    assert not works.findings


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ("@article{k, journal={J}}", "article-journal"),
        ("@article{k, journal={J}, entrysubtype={newspaper}}", "article-newspaper"),
        ("@inproceedings{k, booktitle={P}}", "paper-conference"),
        ("@mastersthesis{k}", "thesis"),
        ("@techreport{k}", "report"),
        ("@misc{k, howpublished={\\url{https://example.org}}}", "webpage"),
        ("@misc{k, publisher={P}}", "document"),
        ("@online{k}", "webpage"),
        ("@video{k}", "motion_picture"),
        ("@legal_case{k}", "legal_case"),
        ("@treaty{k}", "treaty"),
        ("@misc{k, entrysubtype={interview}}", "interview"),
    ],
)
def test_kinds(entry: str, kind: str) -> None:
    assert one(entry.replace("{k", "{k, title={T}")).kind == kind


def test_a_kind_that_nobody_knows() -> None:
    work = one("@wireless{k, title={T}}")
    assert work.kind == "document"
    assert work.doubt == "There is no entry type `@wireless`; the work gets the general format."


def test_a_part_has_from_the_whole_what_it_lacks() -> None:
    works = read_works(
        "@inbook{part, title={Part}, crossref={whole}, pages={1--2}}\n"
        "@book{whole, title={Whole}, subtitle={All of it}, publisher={P}, year=2001}\n"
    )
    part = works.by_key["part"]
    assert value(part, "title") == "Part"
    assert value(part, "container-title") == "Whole: All of it"
    assert value(part, "publisher") == "P"
    assert value(part, "page") == "1-2"
    assert part.dates["issued"] == Date(start=(2001,))


def test_addresses_and_identifiers() -> None:
    work = one(
        "@article{k, title={T}, doi={https://doi.org/10.1000/a_b}, eprint={2001.00001},"
        " eprinttype={arxiv}, url={https://example.org/a\\_b?c=\\%20}}"
    )
    assert work.values["DOI"] == "10.1000/a_b"
    assert work.values["URL"] == "https://example.org/a_b?c=%20"


def test_mistakes_have_places_and_do_not_hide_what_follows() -> None:
    works = read_works(
        "@book{a, title = {Open, year = 1\n@book{b, title = {B} year = 2}\n"
        "@book{c, title = {C}}\n@book{d, title = }\n@book{e title = {E}}\n@book{f, title = {F}}\n"
    )
    assert list(works.by_key) == ["c", "f"]
    assert [(d.source, d.line, d.column) for d in works.findings] == [
        ("refs.bib", 1, 10),
        ("refs.bib", 2, 22),
        ("refs.bib", 4, 10),
        ("refs.bib", 5, 1),
    ]
    assert works.broken == {"a", "b", "d"}
    assert not no_sentences(works.findings)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff\xfe@book{a, title={A}}", "not UTF-8"),
        ("@book{a, title={é}}".encode("latin-1"), "not UTF-8"),
    ],
)
def test_what_is_no_text(data: bytes, message: str) -> None:
    assert message in read_works(data).findings[0].message


# --- LaTeX -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"{\"O}zg{\"u}r \'Etat {\ss} {\o}re", "Özgür État ß øre"),
        (r"G\"{o}del, Erd{\H o}s, \v{s}, \'{\i}, na\"ive", "Gödel, Erdős, š, í, naïve"),
        (r"Nguy{\~{\^e}}n Th\d{i} {\L}\'od\'z", "Nguyễn Thị Łódź"),
        (r"pp. 10--12 --- ``so'' and `so'", "pp. 10–12 — “so” and ‘so’"),
        (r"R\&D, 50\%, \$5, a\_b, \#1", "R&D, 50%, $5, a_b, #1"),
        (r"\textquotesingle{}x\ldots{} \unknown{kept} \unknown gone", "'x… kept gone"),
        ("a~b\n   c", "a\u00a0b c"),
        (r"$\Gamma$-limits, \textonehalf{}~$\ell$, \includegraphics{x}", "Γ-limits, ½\u00a0ℓ, x"),
        (r"\href{https://example.org}{text}", "text"),
        ("plain", "plain"),
    ],
)
def test_latex_as_text(latex: str, text: str) -> None:
    assert plain_text(latex) == text


def test_latex_s_formatting() -> None:
    assert (
        to_text(r"\emph{a} and \textsuperscript{2}") == f"{ITALIC}a\ufdd0 and {SUPERSCRIPT}2\ufdd0"
    )
    assert to_text(r"H$_2$O, x$^{2}$").count("\ufdd0") == 2
    assert to_text(r"{NASA} \enquote{x}", protects=True) == f"{NO_CASE}NASA\ufdd0 {QUOTED}x\ufdd0"
    assert to_text(r"{\'E}tat", protects=True) == "État"


@pytest.mark.parametrize(
    ("title", "lowered"),
    [
        ("The Slave Trade: A History of Ships", "The slave trade: A history of ships"),
        ("The anti-slavery movement in Europe", "The anti-slavery movement in Europe"),
        ("Is It Over? The Work of the ILO Today", "Is it over? The work of the ILO today"),
        ("Slavery", "Slavery"),
        ("Disposable People", "Disposable people"),
        ("The Slave Trade", "The slave trade"),
        ("Slavery in Qatar", "Slavery in Qatar"),
    ],
)
def test_headlines_become_sentences(title: str, lowered: str) -> None:
    assert sentence_case(title) == lowered


# --- names and dates -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latex", "names"),
    [
        ("Kevin Bales", [Name("Bales", "Kevin")]),
        ("Bales, Kevin and Trodd, Zoe", [Name("Bales", "Kevin"), Name("Trodd", "Zoe")]),
        ("Ludwig van Beethoven", [Name("Beethoven", "Ludwig", non_dropping="van")]),
        ("van der Linden, Marcel", [Name("Linden", "Marcel", non_dropping="van der")]),
        ("King, Jr., Martin Luther", [Name("King", "Martin Luther", suffix="Jr.")]),
        ("{Walk Free} and others", [Name(literal="Walk Free")]),
        ("{Barnes and Noble}", [Name(literal="Barnes and Noble")]),
        ("Rodr{\\'\\i}guez Garc{\\'\\i}a, Magaly", [Name("Rodríguez García", "Magaly")]),
        ("Aristotle", [Name("Aristotle")]),
        ("family=Hasselt, given=Hans, prefix=van", [Name("Hasselt", "Hans", non_dropping="van")]),
        ("", []),
    ],
)
def test_names(latex: str, names: list[Name]) -> None:
    work = one(f"@book{{k, title={{T}}, author={{{latex}}}}}")
    assert list(work.names.get("author", ())) == names


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2012", Date((2012,))),
        ("2012-05-03", Date((2012, 5, 3))),
        ("2012/2014", Date((2012,), (2014,))),
        ("2012-05/..", Date((2012, 5), (0,))),
        ("1850~", Date((1850,), circa=True)),
        ("2012-21", Date((2012, 21))),
        ("-0044-03-15", Date((-44, 3, 15))),
        ("2012-13-45", None),
        ("in press", None),
    ],
)
def test_dates(text: str, date: Date | None) -> None:
    assert edtf(text) == date


@pytest.mark.parametrize(
    ("year", "month", "day", "date"),
    [
        ("2012", "5", "3", Date((2012, 5, 3))),
        ("2012", "March", "", Date((2012, 3))),
        ("2012", "12 June", "", Date((2012, 6, 12))),
        ("2012", "March--April", "", Date((2012, 3), (2012, 4))),
        ("2010/11", "", "", Date((2010,), (2011,))),
        ("ca. 1850", "", "", Date((1850,), circa=True)),
        ("forthcoming", "", "", Date(literal="forthcoming")),
        ("", "5", "", None),
    ],
)
def test_years_and_months(year: str, month: str, day: str, date: Date | None) -> None:
    assert year_and_month(year, month, day) == date


# --- CSL's data ------------------------------------------------------------------------------


def test_json_in_all_its_forms() -> None:
    work = one(
        json.dumps(
            [
                {
                    "id": 7,
                    "type": "book",
                    "title": "A <i>b</i> &amp; <span class='nocase'>C</span> <x>",
                    "volume": 3,
                    "shortTitle": "A",
                    "author": [{"literal": "WHO"}, {"family": "Ng"}, {"given": "Mono"}],
                    "issued": {"date-parts": [["2001", "2"], [2002]]},
                    "accessed": {"raw": "2003-04-05"},
                    "event-date": {"literal": "spring"},
                    "original-date": {"date-parts": [[1987], [0]]},
                    "custom": {"a": 1},
                    "odd": None,
                }
            ]
        ),
        "x.json",
    )
    assert (work.key, work.kind) == ("7", "book")
    assert value(work, "title") == "A b & C <x>"
    assert value(work, "volume") == "3"
    assert value(work, "title-short") == "A"
    assert work.names["author"] == (Name(literal="WHO"), Name("Ng"), Name(literal="Mono"))
    assert work.dates["issued"] == Date((2001, 2), (2002,))
    assert work.dates["accessed"] == Date((2003, 4, 5))
    assert work.dates["event-date"] == Date(literal="spring")
    assert work.dates["original-date"] == Date((1987,), (0,))


@pytest.mark.parametrize(
    ("family", "given", "name"),
    [
        ("van der Vlist", "Eric", Name("Vlist", "Eric", non_dropping="van der")),
        ("d'Aubignac", "François", Name("Aubignac", "François", non_dropping="d'")),
        ("al-Hakim", "Tawfiq", Name("Hakim", "Tawfiq", non_dropping="al-")),
        ("'t Horvath", "Peter", Name("Horvath", "Peter", non_dropping="'t")),
        ("de' Frinkle", "Bevis", Name("de' Frinkle", "Bevis")),
        ("hooks", "bell", Name("hooks", "bell")),
        ('"van Happel"', "Eduard", Name("van Happel", "Eduard")),
        ("Humboldt", "Alexander von", Name("Humboldt", "Alexander", dropping="von")),
        ("Doe", "John, III", Name("Doe", "John", suffix="III")),
        ("Doe", "John,! Jr.", Name("Doe", "John", suffix="Jr.", comma_suffix=True)),
    ],
)
def test_names_in_csl_data(family: str, given: str, name: Name) -> None:
    data = [{"id": "k", "author": [{"family": family, "given": given}]}]
    assert one(json.dumps(data), "refs.json").names["author"] == (name,)


def test_yaml_has_the_same_and_pandoc_s_forms() -> None:
    work = one(
        "references:\n- id: k\n  type: book\n  title: T\n  author: [{family: Ng, given: C.}]\n"
        "  issued:\n  - year: 2001\n    month: 2\n",
        "x.yaml",
    )
    assert work.dates["issued"] == Date((2001, 2))
    assert work.names["author"] == (Name("Ng", "C."),)


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("x.json", "{}", (1, 1)),
        ("x.json", '[\n{"id": "a"},\n oops]', (3, 2)),
        ("x.json", "", (1, 1)),
        ("x.yaml", "a: [", (1, 5)),
        ("x.yaml", "- title: no id\n", (1, 3)),
        ("x.yaml", "text", (1, 1)),
    ],
)
def test_data_that_cannot_be_read(name: str, text: str, place: tuple[int, int]) -> None:
    (found,) = read_works(text, name).findings
    assert (found.source, found.line, found.column) == (name, *place)
    assert not no_sentences([found])


# --- whatever comes ----------------------------------------------------------------------------

BIBTEX = st.text(st.sampled_from('@book{,}="# \n\\abc12\'^"$~&-'), max_size=80)
DATA: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "title", "author", "issued", "date-parts", "family"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(BIBTEX)
def test_any_text_is_bibtex_or_a_finding(text: str) -> None:
    works = read_works(text)
    assert not no_sentences(works.findings)
    for work in works.by_key.values():
        assert work.span


@given(BIBTEX, st.booleans())
def test_any_text_is_latex(text: str, protects: bool) -> None:
    found = to_text(text, protects)
    assert "\0" not in found
    assert found.count("\ufdd0") == sum("\ufdd0" < char <= "\ufdef" for char in found)


@given(st.lists(DATA, max_size=3))
def test_any_json_is_data_or_a_finding(data: list[Any]) -> None:
    works = read_works(json.dumps(data), "x.json")
    assert not no_sentences(works.findings)


@given(st.text(st.sampled_from("-[]{}:,a1 \n'\"&*!|>"), max_size=60))
def test_any_yaml_is_data_or_a_finding(text: str) -> None:
    works = read_works(text, "x.yaml")
    assert not no_sentences(works.findings)


@pytest.mark.parametrize("piece", ["{", "}", "@book{", "\\", '"', "@a{b,", "a = {", "\\'", "{\\"])
def test_long_files_take_no_longer(piece: str) -> None:
    read_works(piece * 6_000)
    to_text(piece * 6_000)
    read_works("@book{a, title = " + piece * 6_000)
