"""Tells of exceptions that should not happen: faults of Chapbook, and of the libraries that it
uses. The message is short; what it takes to find the fault is in a file."""

from __future__ import annotations

import errno
import sys
import tempfile

import click

FAULT = 70
"""The exit code after a fault, as in ``sysexits.h``."""


_NO_MEMORY = ("failed to map segment", "cannot allocate memory", "can't start new thread")
"""Parts of messages of the loader, the system and Python."""


def is_want_of_memory(error: Exception) -> bool:
    """Return whether an exception means that the system gives no more memory, which is no fault."""
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
        return True
    is_of_system = isinstance(error, ImportError | OSError | RuntimeError)
    return is_of_system and any(part in str(error).lower() for part in _NO_MEMORY)


def tell_of_fault(error: BaseException) -> None:
    """Print a message about an exception, with the path of a file for a report."""
    import platform
    import traceback

    import pipeline
    from pipeline.commands.terminal import printable

    summary = traceback.format_exception_only(error)[-1].strip()
    click.echo(
        f"chapbook: {printable(summary)}\n"
        "This is a fault in Chapbook, not in your text. Nothing has been written.",
        err=True,
    )
    circumstances = (
        f"Chapbook {pipeline.__version__}, Python {platform.python_version()},"
        f" {platform.platform()}\n{sys.argv}\n\n"
    )
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="chapbook-", suffix=".txt", delete=False, encoding="utf-8", errors="replace"
        ) as file:
            file.write(circumstances + "".join(traceback.format_exception(error)))
    except OSError:
        traceback.print_exception(error)
        return
    click.echo(f"Please report it, with the file {printable(file.name)}", err=True)
