"""The answers that platforms accept, as pupils type them."""

from __future__ import annotations

import json
import re
from html import escape, unescape
from pathlib import Path

import pytest
from lxml import etree

from pipeline.verify.moodle_quiz import accepted_in, explained
from tests.features.test_platforms import data, files_of, moodle
from tests.helpers import moodle_gaps

TYPED = {
    "1/2": "1/2",
    "km/h": "km/h",
    "don't": "don't",
    "don’t": "don't",
    "a ~ b": "a ~ b",
    "#1": "#1",
    r"\{x\}": "{x}",
    r"C:\\x": r"C:\x",
    "x*y": "x*y",
    r"x\\": "x\\",
    r"a\\\}": "a\\}",
    r"R&D \&amp; x": "R&D &amp; x",
    "Q&": "Q&",
    "<b> & c": "<b> & c",
    "50%": "50%",
    "=7": "=7",
    "%50%": "%50%",
    'so "far"': 'so "far"',
    "so „far“": 'so "far"',
    "1990–1995": "1990-1995",
    "and so on…": "and so on...",
    "Ὀδυσσεύς": "Ὀδυσσεύς",
    "é": "e\u0301",
}
"""Answers as they are written in a source, and as they are typed."""


def cloze(folder: Path) -> etree._Element:
    answers = " and ".join(f"____{{{answer}}}" for answer in TYPED)
    (question,) = moodle(
        f"::: exercise\nOf {answers}, `{{1:SA:=x}} {{#1}}` is no gap.\n:::\n", folder
    )
    return question


def test_moodle_accepts_the_answers_in_a_text_as_they_are_typed(tmp_path: Path) -> None:
    gaps = [*moodle_gaps.gaps_of(cloze(tmp_path).findtext("questiontext/text") or "")]
    assert len(gaps) == len(TYPED)
    for (written, typed), accepted in zip(TYPED.items(), gaps, strict=True):
        assert moodle_gaps.accepts(accepted, typed), (written, accepted)
        assert not moodle_gaps.accepts(accepted, f"{typed}?"), (written, accepted)


def test_moodle_accepts_short_answers_as_they_are_typed(tmp_path: Path) -> None:
    texts = (f"::: exercise\nWhich? ____{{{answer}}}\n:::\n" for answer in TYPED)
    questions = moodle("\n".join(texts), tmp_path)
    for typed, question in zip(TYPED.values(), questions, strict=True):
        answers = [answer.findtext("text") or "" for answer in question.iterfind("answer")]
        assert moodle_gaps.accepts(answers, typed), (typed, answers)


def test_what_moodle_accepts_is_listed(tmp_path: Path) -> None:
    data = b"<quiz>" + etree.tostring(cloze(tmp_path)) + b"</quiz>"
    accepted = accepted_in(data)
    assert all(
        typed in gap.answers
        for typed, gap in zip(TYPED.values(), accepted, strict=True)
        if typed != "e\u0301"
    )
    others = (
        "{2:SAC:=Ann~%50%Bob#no \\} more}{NM:=1}{:NM:=2,5:0,1}{3:MCV:a~=b}{1:SA:=x*}{1:SA:a}"
        "{2:MC:~1~%100%2}{1:SA:=R&amp;}"
    )
    text = f"<question type='cloze'><name><text>A</text></name><questiontext><text>{escape(others)}"
    quiz = f"<quiz>{text}</text></questiontext></question></quiz>"
    assert explained(accepted_in(quiz.encode())) == (
        "A, gap 1: Ann (with these capitals) | Bob (with these capitals) (50 %)",
        "A, gap 2: 2,5 ± 0,1",
        "A, gap 3: b",
        "A, gap 4: x…",
        "A, gap 5: nothing",
        "A, gap 6: 2",
    )


def test_h5p_accepts_the_answers_as_they_are_typed(tmp_path: Path) -> None:
    """H5P looks for stars, colons and slashes first, and reads references in each answer then."""
    typed = {"1/2": "1/2", "9:30": "9:30", "a*b": "a*b", "don’t": "don't", "R&D": "R&D"}
    answers = ", ".join(f"____{{{answer}}}" for answer in typed)
    text = f"::: exercise\nIt is 2\\*3, {answers}, ____{{−2.5}}.\n:::\n"
    content = json.loads(files_of(data(text, "h5p", tmp_path))["content/content.json"])
    (asked,) = content["questions"][0]["params"]["questions"]
    gaps = [
        [unescape(answer) for answer in gap.partition(":")[0].split("/")]
        for gap in re.findall(r"\*(.*?)\*", asked)
    ]
    assert len(gaps) == len(typed) + 1
    for answer, gap in zip(typed.values(), gaps, strict=False):
        assert answer in gap
    assert {"-2.5", "-2,5", "−2.5"} <= {*gaps[-1]}
    assert "2&#42;3" in asked


@pytest.mark.parametrize(
    ("edition", "written"),
    [
        ("moodle", "<text>{}</text>"),
        ("gift", "=%100%{}"),
        ("qti", 'mapKey="{}"'),
    ],
)
def test_signs_may_be_typed_in_several_ways(edition: str, written: str, tmp_path: Path) -> None:
    text = "::: exercise\nIt ____{isn't 3–4 “yards”…}\n:::\n"
    package = data(text, edition, tmp_path)
    content = files_of(package)["q1.xml"] if edition == "qti" else package
    shown = unescape(content.decode())
    for typed in ('isn\'t 3-4 "yards"...', "isn’t 3–4 “yards”…", "isn’t 3—4 „yards“..."):
        assert written.format(typed) in shown
