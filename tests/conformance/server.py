"""Runs the checkers written in Python, one check after another, in a browser that stays open:
python -m tests.conformance.server

Each line of input is JSON: the name of a module in this folder, and the arguments of its ``main``.
The answer is a line too: the output, and the traceback of a checker that failed itself. Ends with
its input.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
import traceback
from collections.abc import Iterable


def serve(requests: Iterable[str]) -> None:
    for request in requests:
        name, *arguments = json.loads(request)
        printed, failed = io.StringIO(), ""
        with contextlib.redirect_stdout(printed):
            try:
                importlib.import_module(f"tests.conformance.{name}").main(*arguments)
            except Exception:
                failed = traceback.format_exc()
        print(json.dumps([printed.getvalue(), failed]), flush=True)


if __name__ == "__main__":
    serve(sys.stdin)
