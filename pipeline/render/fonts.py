"""The font faces of the outputs: from packages, never from what a machine happens to have."""

from __future__ import annotations

from pipeline.pages import Face

SERIF, SANS, MONO = "Source Serif Pro", "Source Sans Pro", "Source Code Pro"

FACES = (
    Face(SERIF, 400, "normal", "font_source_serif_pro", "files/SourceSerifPro-Regular.otf"),
    Face(SERIF, 400, "italic", "font_source_serif_pro", "files/SourceSerifPro-It.otf"),
    Face(SERIF, 600, "normal", "font_source_serif_pro", "files/SourceSerifPro-Semibold.otf"),
    Face(SERIF, 600, "italic", "font_source_serif_pro", "files/SourceSerifPro-SemiboldIt.otf"),
    Face(SANS, 400, "normal", "font_source_sans_pro", "files/SourceSansPro-Regular.otf"),
    Face(SANS, 400, "italic", "font_source_sans_pro", "files/SourceSansPro-It.otf"),
    Face(SANS, 600, "normal", "font_source_sans_pro", "files/SourceSansPro-Semibold.otf"),
    Face(SANS, 600, "italic", "font_source_sans_pro", "files/SourceSansPro-SemiboldIt.otf"),
    Face(MONO, 400, "normal", "fontpkg_source_code_pro", "files/SourceCodePro[wght].ttf"),
)
