"""The picture of a training's losses."""

from pathlib import Path
from xml.etree import ElementTree

from nar.cli import loss_plot

SVG = "{http://www.w3.org/2000/svg}"


def test_each_stage_is_a_line_whose_last_point_is_the_last_loss(tmp_path: Path) -> None:
    loss_plot.write(tmp_path / "losses.svg", {"motif": [4.0, 2.0, 1.0], "graph": [2.0, 0.0]})
    root = ElementTree.parse(tmp_path / "losses.svg").getroot()
    _, motif, graph = (line.get("points", "").split() for line in root.iter(f"{SVG}polyline"))
    assert (len(motif), len(graph)) == (3, 2)
    heights = [float(point.split(",")[1]) for point in motif]
    assert heights == sorted(heights)
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert "motif: 4.000 to 1.000 in 3 epochs" in texts
    assert "graph: 2.000 to 0.000 in 2 epochs" in texts
