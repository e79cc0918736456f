"""GitBook: hints, tabs, titled code, embedded addresses, and code that is another file."""

from __future__ import annotations

from pathlib import PurePosixPath

from pipeline.features.dialects import lessons
from pipeline.model.late import late
from pipeline.parser.attributes import make
from pipeline.parser.blockparser import BlockElement, Match, VerbatimProcessor
from pipeline.parser.dialects import Dialect, LinePair, Sign, Standing
from pipeline.parser.lines import Cursor

_INCLUDED = late(
    r"<pre><code(?: class=\"(?:lang-|language-)?(?P<language>[\w+-]*)\")?>"
    r"[ \t]*\{%-?[ \t]*include[ \t]+[\"'](?P<path>[^\"'\n]{1,300})[\"'][ \t]*-?%\}"
    r"[ \t]*(?P<end></code></pre>)?"
)
_CODE_END = lessons.closing("</code></pre>")


class IncludedCodeProcessor(VerbatimProcessor):
    """``<pre><code>{% include "./programs/if.py" %}</code></pre>``, the code in a file; its end may
    be on a later line."""

    begins = "<"
    has_end = True

    def start(self, cursor: Cursor) -> bool:
        match = _INCLUDED.fullmatch(cursor.rest.rstrip())
        if match is None or not (match["end"] or self.parser.comes_later(_CODE_END)):
            return False
        suffix = PurePosixPath(match["path"]).suffix.removeprefix(".")
        block = self.open(cursor, "pre", make(pairs=(("file", match["path"]),)))
        block.set("language", match["language"] or ("" if suffix == "txt" else suffix))
        if match["end"]:
            self.parser.close_tip()
        cursor.skip_rest()
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return Match.END if _CODE_END.fullmatch(cursor.remainder.rstrip()) else Match.YES


GITBOOK = Dialect(
    names=("GitBook",),
    begins=frozenset("{"),
    signs=(
        Sign(
            "{%",
            late(r"(?m)^[ \t]*\{% *(?:endhint|endtabs?|endcode|content-ref|embed|endstepper)\b"),
        ),
        Sign("<pre><code", late(r"(?m)^<pre><code[^<>]*>[ \t]*\{%-? *include ")),
    ),
    blocks={"included-code": IncludedCodeProcessor},
    pairs=(
        LinePair(
            late(r"\{% *hint +style=\"(?P<kind>\w+)\"[^%]*%\}"),
            lessons.closing(r"\{% *endhint *%\}"),
        ),
        LinePair(
            late(r"\{% *tab +title=\"(?P<title>[^\"]{1,100})\" *%\}"),
            lessons.closing(r"\{% *endtab *%\}"),
            name="tab",
        ),
        LinePair(
            late(r"\{% *code(?P<title>(?: +[\w-]+=\"[^\"]*\")*) *%\}"),
            lessons.closing(r"\{% *endcode *%\}"),
            name="gitbook-code",
        ),
    ),
    standing=(
        Standing(late(r"\{% *embed +url=\"([^\"\s]{1,500})\"[^{}%]*+%\}"), text=r"<\1>"),
        Standing(late(r"\{% *(?:tabs|endtabs|endcontent-ref|stepper|endstepper) *%\}")),
        Standing(late(r"\{% *(?:content-ref|step|endstep)[^%]*%\}")),
    ),
    containers={"tab": lessons.tab, "gitbook-code": lessons.listing},
)
