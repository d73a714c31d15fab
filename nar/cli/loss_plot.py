"""The losses of a training as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

_WIDTH, _HEIGHT, _MARGIN = 480, 280, 48
_COLOURS = ("#1f77b4", "#d62728")


def write(path: Path, losses: Mapping[str, Sequence[float]]) -> None:
    """Writes an SVG: mean loss by epoch, one line a stage, each on an axis of its own length."""
    svg = ElementTree.Element(
        "svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_WIDTH} {_HEIGHT}", width=str(_WIDTH)
    )
    ElementTree.SubElement(svg, "rect", width="100%", height="100%", fill="white")
    highest = max((loss for values in losses.values() for loss in values), default=1.0) or 1.0
    _frame(svg, highest)
    for number, (stage, values) in enumerate(losses.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        points = " ".join(_point(epoch, loss, len(values), highest) for epoch, loss in enumerate(values))
        ElementTree.SubElement(svg, "polyline", points=points, fill="none", stroke=colour)
        last = f"{stage}: {values[0]:.3f} to {values[-1]:.3f} in {len(values)} epochs"
        _text(svg, _WIDTH - _MARGIN, _MARGIN + 16 * number, last, anchor="end", fill=colour)
    path.write_bytes(ElementTree.tostring(svg) + b"\n")


def _point(epoch: int, loss: float, epochs: int, highest: float) -> str:
    x = _MARGIN + (_WIDTH - 2 * _MARGIN) * epoch / max(epochs - 1, 1)
    y = _HEIGHT - _MARGIN - (_HEIGHT - 2 * _MARGIN) * loss / highest
    return f"{x:.1f},{y:.1f}"


def _frame(svg: ElementTree.Element, highest: float) -> None:
    left, right, top, bottom = _MARGIN, _WIDTH - _MARGIN, _MARGIN, _HEIGHT - _MARGIN
    axes = f"{left},{top} {left},{bottom} {right},{bottom}"
    ElementTree.SubElement(svg, "polyline", points=axes, fill="none", stroke="#444444")
    _text(svg, left - 6, top + 4, f"{highest:.2f}", anchor="end")
    _text(svg, left - 6, bottom, "0", anchor="end")
    _text(svg, left, bottom + 18, "first epoch", anchor="start")
    _text(svg, right, bottom + 18, "last epoch", anchor="end")
    _text(svg, left, top - 14, "mean loss", anchor="start")


def _text(svg: ElementTree.Element, x: float, y: float, text: str, *, anchor: str, fill: str = "#444444") -> None:
    attributes = {"x": str(x), "y": str(y), "text-anchor": anchor, "fill": fill}
    element = ElementTree.SubElement(svg, "text", attributes, **{"font-family": "sans-serif", "font-size": "12"})
    element.text = text
