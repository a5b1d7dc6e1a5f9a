"""`marketplace openapi`."""

import json

import click

from marketplace.http.openapi.document import document
from marketplace.settings import Settings


@click.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    click.echo(json.dumps(document(Settings().categories), indent=2, ensure_ascii=False))
