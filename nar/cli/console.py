"""Where the commands write: tables and text to `out`, errors and progress to `err`, JSON plain."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import TextIO

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from nar.errors import NarError, UnknownModel
from nar.graph import Graph

_WIDTH_OF_FILES = 140
"""Columns where the output is no terminal: wide enough that nothing has to be cut."""


MODEL_COLUMNS = (
    BarColumn(),
    MofNCompleteColumn(),
    TimeElapsedColumn(),
    TimeRemainingColumn(),
    TextColumn("{task.fields[name]}"),
)
"""Progress over many models; the task's field `name` is the latest."""


def _console(stream: TextIO, *, stderr: bool) -> Console:
    return Console(stderr=stderr, highlight=False, width=None if stream.isatty() else _WIDTH_OF_FILES)


out = _console(sys.stdout, stderr=False)
err = _console(sys.stderr, stderr=True)


def table(*columns: str, right: tuple[str, ...] = (), title: str = "") -> Table:
    """An empty table; the columns named in `right` hold numbers. Cells are texts, in which [ means itself."""
    made = Table(title=title or None, title_justify="left", box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return made


def report(error: NarError) -> None:
    """Prints an error for people."""
    err.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True)
    if isinstance(error, UnknownModel) and error.suggestions:
        missing = [name for name in error.suggestions if name not in str(error)]
        if missing:
            err.print(f"did you mean {escape(', '.join(missing))}?", soft_wrap=True)


def print_json(value: object) -> None:
    """Prints `value` (dataclasses, texts, numbers and collections of them) as JSON."""
    print(json.dumps(plain(value), indent=2, ensure_ascii=False))


def plain(value: object) -> object:
    """`value` made of what JSON knows. Graphs are left out: they have a file format of their own."""
    if isinstance(value, Graph):
        return None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {entry.name: plain(getattr(value, entry.name)) for entry in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
