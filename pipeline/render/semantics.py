"""What parts of a publication are, for reading systems and screen readers: attributes of
EPUB's Structural Semantics and of DPUB-ARIA."""

from __future__ import annotations

from markupsafe import Markup

from pipeline.editions import FormatName
from pipeline.model import Section
from pipeline.render.containers import Form
from pipeline.render.index import is_index
from pipeline.roles import ROLES

REFERENCES = frozenset({"biblioref", "glossref"})
"""What links can be, which DPUB-ARIA knows as well."""


def semantics(
    format_name: FormatName, role: str, depth: int = 0, section: Section | None = None
) -> Markup:
    """``epub:type`` and the ARIA role that goes with it (EPUB Accessibility 1.1), where there is
    one, of a section or a link; a top-level section of an e-book is a chapter where nothing else
    is said. What EPUB
    calls an index may have nothing else in it."""
    if depth == 1 and format_name == "epub":
        role = role or "chapter"
    if (role not in ROLES and role not in REFERENCES) or format_name == "pdf":
        return Markup("")
    is_typed = role != "index" or (section is not None and is_index(section))
    kind = Markup("")
    if format_name == "epub" and is_typed:
        kind = Markup(' epub:type="{}"').format(role)
    if role in ROLES and not ROLES[role].is_aria:
        return kind
    return kind + Markup(' role="doc-{}"').format(role)


def form_roles(format_name: FormatName, form: Form) -> Markup:
    """The attributes that tell what a container or a box is."""
    if format_name == "pdf":
        return Markup("")
    kind = form.kind if format_name == "epub" else ""
    found = {"epub:type": kind, "role": form.role}
    return Markup("").join(
        Markup(' {}="{}"').format(key, value) for key, value in found.items() if value
    )
