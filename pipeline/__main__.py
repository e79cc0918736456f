"""``python -m pipeline`` is the command ``chapbook``.

What Ctrl-C and closed streams do is settled here, before anything else is loaded.
"""

from __future__ import annotations

import _thread
import atexit
import contextlib
import gc
import os
import signal
import sys
import threading
from types import FrameType

INTERRUPTION_DELAY = 0.01
"""Seconds until an interruption that was lost is repeated."""


def run() -> None:
    """Run the command, and exit without taking modules and values apart: that takes 4 % of a build
    that finds nothing to do, and 2 % of one of an interview."""
    status = list[int]()
    atexit.register(lambda: _end(*status))  # the first, which is called last
    gc.disable()  # until `collect_seldom`: what is loaded stays
    _open_streams()
    is_heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_heard:
        signal.signal(signal.SIGINT, _stop_at_once)
    from pipeline.commands import main

    sys.unraisablehook = _note_unraisable
    try:
        main(prog_name="chapbook", obj=is_heard)
    except SystemExit as ending:
        status += [ending.code] if isinstance(ending.code, int) else []
        raise


def _end(*statuses: int) -> None:
    """End with a status, if there is one and all has been said: otherwise Python tells of it."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
        for status in statuses:
            os._exit(status)


def _open_streams() -> None:
    """Write to nowhere what should go to a stream that is closed: otherwise the next file would
    get its number, and its messages."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))


def _stop_at_once(number: int, frame: FrameType | None) -> None:
    """End while nothing has been written, and modules are still being loaded."""
    os.write(2, b"\nchapbook: stopped\n")
    os._exit(128 + number)


def _note_unraisable(unraisable: sys.UnraisableHookArgs) -> None:
    """Interrupt again if Ctrl-C came while an object was freed, where nothing can be raised; but
    after this, where nothing can be raised either."""
    if isinstance(unraisable.exc_value, KeyboardInterrupt):
        threading.Timer(INTERRUPTION_DELAY, _thread.interrupt_main).start()
    else:
        sys.__unraisablehook__(unraisable)


if __name__ == "__main__":
    run()
