"""The number of pages that the front matter, or the command, asks an edition to fill."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from pipeline.model.editions import Edition
from pipeline.model.metadata import Metadata
from pipeline.model.paper import FitOptions, PrintOptions


def fit_for(edition: Edition, metadata: Metadata) -> FitOptions | None:
    """The fit requested of an edition. A number of pages for all editions applies to students'
    pages of the usual size; others need their own. An edition with the pages of the standard one
    has its settings."""
    edition_fit = dict(metadata.edition_options).get(edition.name, PrintOptions()).fit
    fit = edition_fit or metadata.printing.fit
    if edition.same_pages:
        return None
    if fit is None or edition_fit is not None or fit.pages == "even" or fit.forced:
        return fit
    is_usual = edition.audience == "student" and edition.look != "large"
    return fit if is_usual and edition.imposition == "none" else None


def with_fit(metadata: Metadata, pages: int | Literal["even"]) -> Metadata:
    """The metadata with a number of pages for all printed editions; limits of type are kept."""

    def forced(options: PrintOptions) -> PrintOptions:
        fit = options.fit or FitOptions(pages)
        return replace(options, fit=replace(fit, pages=pages, forced=True))

    settings = metadata.edition_options
    return replace(
        metadata,
        printing=forced(metadata.printing),
        edition_options=tuple((name, forced(o) if o.fit else o) for name, o in settings),
    )
