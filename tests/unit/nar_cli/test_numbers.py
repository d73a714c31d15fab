"""Numbers for people."""

import pytest

from nar.cli.numbers import short


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.00K"),
        (9_994, "9.99K"),
        (9_996, "10.0K"),
        (99_949, "99.9K"),
        (999_499, "999K"),
        (999_600, "1.00M"),
        (25_557_032, "25.6M"),
        (8_178_000_000, "8.18G"),
        (10**12, "1.00T"),
    ],
)
def test_three_digits_and_a_unit(number: int, text: str) -> None:
    assert short(number) == text
