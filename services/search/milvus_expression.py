"""Filters as expressions of Milvus. The only place where a value of a request enters an expression."""

from __future__ import annotations

from services.search.filters import LABEL_PREFIX, Condition, Filter

_OPS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def quote(value: str) -> str:
    """`value` as a text of an expression: no character of it can end the text."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'


def label_field(key: str) -> str:
    """Name of the dynamic field that holds a label."""
    return f"label_{key}"


def expression(collection: str, where: Filter, more: tuple[str, ...] = ()) -> str:
    """What holds for the rows of a collection that fulfil `where`."""
    parts = [f"collection == {quote(collection)}", *(_comparison(condition) for condition in where), *more]
    return " and ".join(parts)


def _comparison(condition: Condition) -> str:
    value = str(condition.value) if isinstance(condition.value, int) else quote(condition.value)
    field = condition.field
    if field.startswith(LABEL_PREFIX):
        field = label_field(field.removeprefix(LABEL_PREFIX))
    return f"{field} {_OPS[condition.op]} {value}"
