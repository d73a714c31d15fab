"""The filter language: FIELD OP VALUE, joined by AND (see SearchRequest.filter)."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from nar.errors import InvalidFilter

TEXT_FIELDS = ("family", "block", "task", "library", "name")
NUMBER_FIELDS = ("params", "flops", "ops")
LABEL_PREFIX = "labels."
MAX_BYTES = 4_096

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9, "t": 10**12}
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<op><=|>=|!=|==|=|<|>)|(?P<word>[A-Za-z_][\w.\-/]*)"""
    r"""|(?P<number>\d+(?:\.\d+)?(?:e\d+)?)(?P<unit>[KMGBTkmgbt]?)(?![\w.]))"""
)


@dataclass(frozen=True)
class Condition:
    """One comparison; `field` is a field of the language, `op` one of = != < <= > >=."""

    field: str
    op: str
    value: str | int


Filter = tuple[Condition, ...]
"""Conditions that must all hold."""


def parse(text: str) -> Filter:
    """The conditions of a filter; none for an empty text.

    Raises:
        InvalidFilter: unknown field, operator or value; the message says where.
    """
    if len(text.encode()) > MAX_BYTES:
        raise InvalidFilter(f"the filter is longer than {MAX_BYTES} bytes", "filter")
    tokens = _tokens(text)
    conditions = []
    while tokens:
        if len(tokens) < 3:
            raise InvalidFilter(f"the filter ends in the middle: {text!r} should read FIELD OP VALUE", "filter")
        field, op, value = tokens[:3]
        conditions.append(_condition(field, op, value))
        tokens = tokens[3:]
        if tokens and (tokens[0].kind, str(tokens[0].value).upper()) != ("word", "AND"):
            raise InvalidFilter(f"expected AND at position {tokens[0].position} of the filter {text!r}", "filter")
        if len(tokens) == 1:
            raise InvalidFilter(f"nothing follows the last AND of the filter {text!r}", "filter")
        tokens = tokens[1:]
    return tuple(conditions)


@dataclass(frozen=True)
class _Token:
    kind: str
    value: str | int
    position: int


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            at = place + len(text[place:]) - len(text[place:].lstrip())
            raise InvalidFilter(f"cannot read the filter at position {at}: {text[at : at + 20]!r}", "filter")
        kind = str(match.lastgroup).replace("unit", "number")
        value: str | int = match[kind]
        if kind == "text":
            value = re.sub(r"\\(.)", r"\1", match["text"][1:-1])
        elif kind == "number":
            value = round(float(match["number"]) * _UNITS[match["unit"].lower()])
        found.append(_Token(kind, value, match.start(kind)))
        place = match.end()
    return found


def _condition(field: _Token, op: _Token, value: _Token) -> Condition:
    name = str(field.value)
    if field.kind != "word" or op.kind != "op":
        raise InvalidFilter(f"expected FIELD OP VALUE at position {field.position} of the filter", "filter")
    comparison = "=" if op.value == "==" else str(op.value)
    if name in NUMBER_FIELDS:
        if value.kind != "number":
            raise InvalidFilter(f"{name} is compared with a number, such as 30M, not with {value.value!r}", "filter")
        return Condition(name, comparison, value.value)
    if name in TEXT_FIELDS or (name.startswith(LABEL_PREFIX) and len(name) > len(LABEL_PREFIX)):
        if comparison not in ("=", "!="):
            raise InvalidFilter(f"{name} is text: only = and != compare it, not {comparison}", "filter")
        return Condition(name, comparison, str(value.value))
    known = (*TEXT_FIELDS, *NUMBER_FIELDS, "labels.KEY")
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise InvalidFilter(f"the filter names an unknown field {name!r}{hint} Known are {', '.join(known)}", "filter")
