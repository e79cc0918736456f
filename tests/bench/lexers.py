"""Times the highlighting of texts that make lexers slow, in all languages, and prints those that
take more than two seconds: `python -m tests.bench.lexers`. Which languages are slow is a list,
which another version of Pygments may add to."""

from __future__ import annotations

import time

from msgspec.structs import replace
from pygments.lexers import get_all_lexers

from pipeline import parse
from pipeline.model import CodeBlock
from pipeline.resolve.code import LONGEST_SLOW, highlight_code

MOST = 2.0
"""Seconds."""

SHAPES = (
    *("<!--", '"', "(", "{", "[", "a ", "\\", "/*", "#", "-- ", "$", "a\n", "  ", "<a ", "@", "a."),
    *("=", "\n", "'", "`", "%", "0", "a:", "(a", "<<", "[[", "a,", "&", "a=", '"a', "\t", "//"),
    *("{{", "<?", "_", "~", "|", "^", "::", '"""', "*", "a(", "\n  ", "\n#"),
)
LEXERS = sorted(names[0] for _, names, _, _ in get_all_lexers() if names)


def main() -> None:
    document = parse("# A\n")
    for language in LEXERS:
        for shape in SHAPES:
            code = CodeBlock(text=shape * (LONGEST_SLOW // len(shape)), language=language)
            start = time.process_time()
            highlight_code(replace(document, blocks=(code,)))
            if (seconds := time.process_time() - start) > MOST:
                print(f"{language}: {seconds:.1f} s for {shape!r} repeated")
    print(f"{len(LEXERS)} languages were timed.")


if __name__ == "__main__":
    main()
