"""Values of shapes and scalars that ONNX files compute."""

import numpy as np
import pytest
from numpy.typing import ArrayLike

from services.extractor.onnx_folding import MAX_ELEMENTS, fold


@pytest.mark.parametrize(
    ("op", "inputs", "attributes", "expected"),
    [
        ("Gather", [[4, 5, 6], 1], {}, 5),
        ("Concat", [[1, 2], [3]], {"axis": 0}, [1, 2, 3]),
        ("Slice", [[1, 2, 3, 4], [1], [2**31 - 1], [0], [2]], {}, [2, 4]),
        ("Slice", [[1, 2, 3, 4], [-1], [-(2**31)], [0], [-1]], {}, [4, 3, 2, 1]),
        ("Slice", [[1, 2, 3, 4]], {"starts": (1,), "ends": (3,)}, [2, 3]),
        ("Unsqueeze", [3, [0]], {}, [3]),
        ("Squeeze", [[[3]], [0]], {}, [3]),
        ("Div", [7, 2], {}, 3),
        ("Div", [-7, 2], {}, -3),
        ("Div", [7.0, 2.0], {}, 3.5),
        ("Cast", [2.7], {"to": 7}, 2),
        ("ReduceProd", [[2, 3, 4]], {"keepdims": 0}, 24),
        ("Range", [1, 7, 2], {}, [1, 3, 5]),
        ("Expand", [5, [3]], {}, [5, 5, 5]),
        ("ConstantOfShape", [[2]], {"value": np.array([7])}, [7, 7]),
        ("Clip", [5, None, 3], {}, 3),
        ("Where", [[True, False], 1, 2], {}, [1, 2]),
    ],
)
def test_known_values(
    op: str, inputs: list[ArrayLike | None], attributes: dict[str, object], expected: ArrayLike
) -> None:
    arrays = [None if item is None else np.array(item) for item in inputs]
    found = fold(op, arrays, attributes)
    assert found is not None
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("op", "inputs"),
    [
        ("Expand", [1, [MAX_ELEMENTS + 1]]),
        ("ConstantOfShape", [[2**40, 2**40]]),
        ("Range", [0, 10**9, 1]),
        ("Range", [0, 1, 0]),
        ("Reshape", [[1, 2, 3], [2, 2]]),
        ("Gather", [[1, 2], 5]),
        ("Celestial", [1]),
    ],
)
def test_what_is_too_large_or_contradicts_itself_is_not_known(op: str, inputs: list[ArrayLike]) -> None:
    assert fold(op, [np.array(item) for item in inputs], {}) is None
