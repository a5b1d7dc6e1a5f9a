"""The command line, one file per command."""

import os

import click

from marketplace import __version__
from marketplace.entrypoints.cli.accounts import activate, deactivate
from marketplace.entrypoints.cli.check import check
from marketplace.entrypoints.cli.console import plain_errors
from marketplace.entrypoints.cli.create_admin import create_admin
from marketplace.entrypoints.cli.export import export
from marketplace.entrypoints.cli.migrate import migrate
from marketplace.entrypoints.cli.openapi import openapi
from marketplace.entrypoints.cli.reconcile import reconcile
from marketplace.entrypoints.cli.sandbox import sandbox
from marketplace.entrypoints.cli.seed_demo import seed_demo
from marketplace.entrypoints.cli.serve import serve
from marketplace.entrypoints.cli.shell import shell
from marketplace.entrypoints.cli.worker import worker
from marketplace.entrypoints.cli.zones import zones
from marketplace.setting_values import PREFIX, provided_secret


@click.group()
@click.version_option(__version__)
@click.pass_context
def main(context: click.Context) -> None:
    """Run and manage the sessions marketplace. Settings are MARKETPLACE_* variables; see .env.example."""
    if context.invoked_subcommand == create_admin.name:
        with plain_errors():
            password = provided_secret(os.environ, "admin_password")
        if password:
            os.environ[f"{PREFIX}ADMIN_PASSWORD"] = password


for command in (
    serve,
    worker,
    migrate,
    seed_demo,
    create_admin,
    deactivate,
    activate,
    export,
    shell,
    check,
    zones,
    reconcile,
    sandbox,
    openapi,
):
    main.add_command(command)
