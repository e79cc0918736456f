"""The command ``schema``."""

from __future__ import annotations

import click


@click.command()
def schema() -> None:
    """Print the JSON Schema of the front matter, for editors."""
    from pipeline.parser.frontmatter.schema import schema_text

    click.echo(schema_text(), nl=False)
