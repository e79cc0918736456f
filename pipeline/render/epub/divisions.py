"""Whether a part of a book stands before its text, in it, or after it."""

from __future__ import annotations

from pipeline.render.plan import Chapter

FRONT_MATTER = frozenset(
    "abstract acknowledgments dedication epigraph foreword introduction preface".split()
)
BACK_MATTER = frozenset(
    "afterword appendix bibliography colophon conclusion glossary index".split()
)


def division(chapter: Chapter) -> str:
    role = chapter.section.role if chapter.section else ""
    if role in FRONT_MATTER:
        return "frontmatter"
    return "backmatter" if role in BACK_MATTER else "bodymatter"
