"""What an element of an e-book is, said twice: for reading systems in ``epub:type``, and for
assistive technology in ``role``. Both have to say the same."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from pipeline.check.findings import Findings, quoted
from pipeline.check.markup import place, words
from pipeline.check.notes import EPUB_TYPE

SAME = frozenset(
    "abstract acknowledgments afterword appendix backlink bibliography biblioref chapter colophon"
    " conclusion cover credit credits dedication endnotes epigraph epilogue errata footnote"
    " foreword glossary glossref index introduction noteref notice pagebreak part preface prologue"
    " pullquote subtitle tip toc".split()
)
"""The types whose role has the same name, after ``doc-``."""

OTHERS = {"page-list": "doc-pagelist", "qna": "doc-qna"}
ROLES = {**{name: f"doc-{name}" for name in SAME}, **OTHERS}
TYPES = {role: name for name, role in ROLES.items()}


def check_kinds(root: Element, findings: Findings) -> None:
    """Report elements whose type and role name different things."""
    for element in root.iter():
        types = words(element, EPUB_TYPE)
        roles = [role for role in words(element, "role") if role in TYPES]
        named = [ROLES[name] for name in types if name in ROLES]
        if roles and named and not set(roles) & set(named):
            findings.warning(
                f"`epub:type` is {quoted(' '.join(types))}, and `role` {quoted(' '.join(roles))}.",
                f"For this type the role is `{named[0]}`.",
                place(element),
            )
