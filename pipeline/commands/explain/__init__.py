"""The command ``explain``."""

from __future__ import annotations

import click


@click.command("explain")
@click.argument("code", required=False)
def explain_command(code: str | None) -> None:
    """Explain a message and what to do about it; without CODE, list all codes."""
    from pipeline.model.codes import BY_SLUG
    from pipeline.model.names import nearest

    if code is None:
        for name, member in sorted(BY_SLUG.items()):
            click.echo(f"{name:<26}{member.value.severity}")
        return
    slug = code.lower().replace("_", "-")
    if slug not in BY_SLUG:
        near = nearest(slug, BY_SLUG)
        further = f"Did you mean `{near}`?" if near else "`chapbook explain` lists them all."
        raise click.BadParameter(f"There is no code {code!r}. {further}", param_hint="CODE")
    entry = BY_SLUG[slug].value
    click.echo(f"{slug} ({entry.severity})\n\n{entry.explanation}")
