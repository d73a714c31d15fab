"""`nar up`: the whole system on this machine, until Ctrl-C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from nar.cli.console import err, out, print_json, table
from nar.cli.options import Json
from nar.client.address import home as default_home
from nar.errors import InvalidInput
from nar.local import LocalStack
from nar.local.programs import MILVUS_URI


def up(
    home: Annotated[
        Path | None, typer.Option("--home", help="Folder of data and logs. Default: NAR_HOME or ~/.local/share/nar.")
    ] = None,
    ports: Annotated[str, typer.Option("--ports", help="default, or free (also 0) for any free ones.")] = "default",
    starter: Annotated[
        bool, typer.Option("--starter/--no-starter", help="Whether the architectures that ship are in the index.")
    ] = True,
    ray: Annotated[
        bool, typer.Option("--ray", help="Run the embedder on Ray Serve instead of in one process.")
    ] = False,
    milvus: Annotated[
        str, typer.Option("--milvus", help="URI of a Milvus that runs, as http://127.0.0.1:19530; else one starts.")
    ] = "",
    json: Json = False,
) -> None:
    """Start the whole system on this machine; Ctrl-C stops it."""
    settings = {MILVUS_URI: milvus} if milvus else {}
    stack = LocalStack(home, ports=_parse_ports(ports), settings=settings, starter=starter, ray=ray)
    with terminated_as_interrupted():
        try:
            start(stack)
            if json:
                print_json(stack.addresses())
            else:
                print_addresses(stack)
            threading.Event().wait()
        except KeyboardInterrupt:
            err.print("stopping ...")
        finally:
            stack.stop()


def start(stack: LocalStack) -> None:
    """Starts all, saying what is being waited for."""
    with err.status("starting ...") as status:
        stack.start(lambda names: status.update(f"waiting for {names} ..."))


def print_addresses(stack: LocalStack) -> None:
    """Prints where everything is."""
    rows = table("part", "address")
    for part, address in stack.addresses().items():
        rows.add_row(part, address)
    out.print(rows)
    out.print(f"\ndata and logs: {escape(str(stack.home.folder))}", soft_wrap=True)
    if stack.home.folder != default_home():
        out.print(f"other commands find it by: export NAR_HOME={escape(str(stack.home.folder))}", soft_wrap=True)
    if stack.starter_note:
        out.print(escape(stack.starter_note), soft_wrap=True)
    out.print("ready; Ctrl-C stops it")


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Lets SIGTERM end the program as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _parse_ports(text: str) -> Literal["default", "free"]:
    if text in ("free", "0"):
        return "free"
    if text == "default":
        return "default"
    raise InvalidInput(f"--ports {text}: it must be default or free", "ports")
