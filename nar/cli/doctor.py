"""`nar doctor`: what is wrong with the system, and what to do."""

from __future__ import annotations

import typer
from rich.markup import escape

from nar.cli.console import out, print_json, table
from nar.cli.options import Address, Json
from nar.client import Client, Severity

EXIT_WRONG = 1


def doctor(json: Json = False, address: Address = None) -> None:
    """Check services, queue, index, records and model version. The exit code is 1 when something is wrong."""
    with Client(address) as client:
        findings = client.check_index()
    if json:
        print_json(findings)
    else:
        rows = table("what", "how", "found", "what to do")
        for item in findings:
            rows.add_row(escape(item.subject), item.severity.value, escape(item.message), escape(item.advice))
        out.print(rows)
    if any(item.severity is Severity.ERROR for item in findings):
        raise typer.Exit(EXIT_WRONG)
