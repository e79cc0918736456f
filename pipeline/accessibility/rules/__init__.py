"""The rules of the audit: what a machine can tell of an e-book's accessibility.

Each is a function from the `Subject` to an `Outcome`. What they cannot judge is in
`criteria.FOR_PEOPLE`.
"""

from __future__ import annotations

from pipeline.accessibility.rules.images import (
    formulas_are_spoken,
    images_are_described,
    nothing_moves,
)
from pipeline.accessibility.rules.languages import other_languages_are_marked, pages_say_language
from pipeline.accessibility.rules.navigation import (
    contents_lead_on,
    links_say_where,
    pages_have_titles,
    print_pages_are_listed,
)
from pipeline.accessibility.rules.structure import (
    headings_are_in_order,
    nothing_runs,
    pages_can_be_read,
    references_have_targets,
    tables_have_heads,
)
from pipeline.accessibility.rules.styles import contrast_is_enough, text_adapts
from pipeline.accessibility.subject import Rule

RULES: tuple[Rule, ...] = (
    Rule("pages-read", (), pages_can_be_read),
    Rule("images-described", ("1.1.1",), images_are_described),
    Rule("formulas-spoken", ("1.1.1", "1.3.1"), formulas_are_spoken),
    Rule("tables-headed", ("1.3.1",), tables_have_heads),
    Rule("headings-in-order", ("1.3.1", "2.4.6"), headings_are_in_order),
    Rule("references-lead", ("1.3.1", "4.1.2"), references_have_targets),
    Rule("contrast-enough", ("1.4.3",), contrast_is_enough),
    Rule("text-adapts", ("1.4.4", "1.4.10", "1.4.12"), text_adapts),
    Rule("nothing-runs", ("2.1.1", "2.1.2", "2.2.1", "3.2.1", "3.2.2"), nothing_runs),
    Rule("nothing-moves", ("2.2.2", "2.3.1"), nothing_moves),
    Rule("pages-titled", ("2.4.2",), pages_have_titles),
    Rule("contents-lead", ("2.4.1", "2.4.5"), contents_lead_on),
    Rule("links-named", ("2.4.4",), links_say_where),
    Rule("language-said", ("3.1.1",), pages_say_language),
    Rule("languages-marked", ("3.1.2",), other_languages_are_marked),
    Rule("print-pages-listed", (), print_pages_are_listed),
)
