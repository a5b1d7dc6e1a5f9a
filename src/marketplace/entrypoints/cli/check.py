"""`marketplace check`."""

import sys

import click

from marketplace.entrypoints.doctor import findings


@click.command()
def check() -> None:
    """Check what is installed, configured and reachable, and how to fix the rest."""
    is_good = True
    for finding in findings():
        is_good = is_good and (finding.is_good or finding.is_warning)
        mark = "ok " if finding.is_good else "!! " if finding.is_warning else "NO "
        click.echo(f"{mark} {finding.subject}: {finding.seen}")
        if not finding.is_good and finding.advice:
            click.echo(f"    {finding.advice}")
    sys.exit(0 if is_good else 1)
