"""`nar token`: bearer tokens for a service that admits not everybody."""

from __future__ import annotations

from typing import Annotated

import typer

from nar.cli.console import print_json
from nar.cli.options import Json
from nar.security.tokens import Role, line, new_token

token = typer.Typer(help="Bearer tokens of the services.", no_args_is_help=True)


@token.callback()
def group() -> None:
    """Makes `nar token` a group, though it has one command."""


@token.command("new")
def new(
    role: Annotated[Role, typer.Option("--role", help="read: search, get, list, watch. write: all.")],
    json: Json = False,
) -> None:
    """Make a token: print it, and the line that admits it, which goes into the file that NAR_TOKENS_FILE names."""
    made = new_token()
    if json:
        print_json({"token": made, "line": line(role, made)})
    else:
        typer.echo(f"token, for the caller; it is shown this once:  {made}")
        typer.echo(f"line, for the file of NAR_TOKENS_FILE:         {line(role, made)}")
