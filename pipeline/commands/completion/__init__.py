"""The command ``completion``, for shells."""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print the completion script for SHELL; add it to the shell's start-up file.

    \b
    Example:
      chapbook completion bash >> ~/.bashrc
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None, "the choice is of shells that click knows"
    click.echo(
        kind(
            click.get_current_context().find_root().command, {}, "chapbook", "_CHAPBOOK_COMPLETE"
        ).source()
    )
