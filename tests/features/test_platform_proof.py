"""The search for answers in what learning platforms show to pupils."""

from __future__ import annotations

from pipeline import parse
from pipeline.features.exercises.platforms.questions import Question
from pipeline.features.exercises.platforms.sheet import asked
from pipeline.model import Math, Paragraph
from pipeline.model.editions import EDITIONS
from pipeline.package.result import Package
from pipeline.verify.gate import leaks_in

ANSWERS = "::: answer\nThe copper key\n:::\n\n::: answer\nunder a flat stone\n:::\n\nWhere?"


def leaks(alternative: str, text: str) -> set[int]:
    """The lines of the answers that a formula of a question has."""
    mathml = f'<math alttext="{alternative}"><mtext>{text}</mtext></math>'
    formula = Math(tex="x", mathml=mathml)
    question = Question("long", "1", (Paragraph(children=(formula,)),))
    package = Package(asked((question,)).encode())
    document = parse(ANSWERS, "x.md")
    return {leak.line for leak in leaks_in(package, document, document, EDITIONS["web"], "x.zip")}


def test_formulas_are_searched_as_platforms_show_them() -> None:
    assert leaks("x", "y") == set()
    assert leaks("The copper key", "y") == {2}
    assert leaks("x", "under a flat stone") == {6}
