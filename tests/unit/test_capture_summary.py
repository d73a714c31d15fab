"""The table of `nar capture-rate`."""

import pytest

from nar.capture import Capture, LibrarySummary, names, summarise
from nar.errors import InvalidInput


def test_one_row_a_library() -> None:
    captures = [
        Capture("timm/a", 0.1, 10),
        Capture("timm/b", 0.3, 30),
        Capture("timm/c", 9.0, reason="too large"),
        Capture("pytorchcv/x", 2.0, reason="broken"),
        Capture("pytorchcv/y", 2.0, reason="no run: ModuleNotFoundError: No module named 'librosa'"),
    ]
    assert summarise(captures) == [
        LibrarySummary("pytorchcv", 2, 1, 0, 0.0, 0.0, 0),
        LibrarySummary("timm", 3, 0, 2, 2 / 3, 0.2, 30),
    ]


def test_samples_are_fixed_and_sorted() -> None:
    every = names(["torchvision/resnet*"])
    sample = names(["torchvision/resnet*", "torchvision/resnet1*"], 3)
    assert len(set(sample)) == 3
    assert sample == sorted(sample) == names(["torchvision/resnet*"], 3)
    assert set(sample) < set(every)
    assert names(["torchvision/resnet*"], 1000) == every
    with pytest.raises(InvalidInput, match=r"no/such\*"):
        names(["no/such*"])
