"""Numbers for people."""

from __future__ import annotations

_UNITS = ("", "K", "M", "G", "T", "P", "E")


def short(number: int) -> str:
    """Three significant digits with a unit: 25557032 is "25.6M"."""
    value = float(number)
    for unit in _UNITS:
        # 999.5 would round to a fourth digit.
        if value < 999.5 or unit == _UNITS[-1]:
            break
        value /= 1000
    if not unit:
        return str(number)
    return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}{unit}"
