"""The command ``schema``: of the front matter."""

from __future__ import annotations

import click


@click.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of the front matter, for editors."""
    from pipeline.parser.frontmatter.keys import schema_text

    click.echo(schema_text(), nl=False)
