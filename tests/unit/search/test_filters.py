"""The filter language, and that no value of it can leave its quotes in an expression of Milvus."""

import pytest

from nar.errors import InvalidFilter, InvalidInput
from services.search import page_token
from services.search.filters import Condition, parse
from services.search.milvus_expression import expression, quote


def test_conditions_are_read() -> None:
    assert parse('library = "timm" AND params < 30M and labels.owner != "a b" AND block == attention') == (
        Condition("library", "=", "timm"),
        Condition("params", "<", 30_000_000),
        Condition("labels.owner", "!=", "a b"),
        Condition("block", "=", "attention"),
    )


@pytest.mark.parametrize(("text", "value"), [("1.5G", 1_500_000_000), ("2k", 2_000), ("4T", 4 * 10**12), ("7", 7)])
def test_numbers_carry_units(text: str, value: int) -> None:
    assert parse(f"flops >= {text}")[0].value == value


def test_nothing_is_no_condition() -> None:
    assert parse("  ") == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('famly = "resnet"', "family"),
        ('id = "x"', "unknown field"),
        ('params < "many"', "number"),
        ('family < "resnet"', "only = and !="),
        ('family = "resnet" OR params < 3', "AND"),
        ('family = "resnet" AND', "AND"),
        ("family =", "FIELD OP VALUE"),
        ('family = "open', "position"),
        ("params < 3; drop", "position|AND"),
        ('labels. = "x"', "unknown field"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, says: str) -> None:
    with pytest.raises(InvalidFilter, match=says):
        parse(text)


def test_a_long_filter_is_refused() -> None:
    with pytest.raises(InvalidFilter, match="longer"):
        parse('family = "' + "x" * 5_000 + '"')


@pytest.mark.parametrize("value", ['a" or pk != "', "a\\", 'a\\" or 1 == 1', 'line\n"', "é\u2028"])
def test_a_value_stays_inside_its_quotes(value: str) -> None:
    text = quote(value)
    inner = text[1:-1]
    unescaped = [
        at for at, char in enumerate(inner) if char == '"' and (len(inner[:at]) - len(inner[:at].rstrip("\\"))) % 2 == 0
    ]
    assert not unescaped
    assert (len(inner) - len(inner.rstrip("\\"))) % 2 == 0
    assert "\n" not in text


def test_an_expression_names_the_collection_and_all_conditions() -> None:
    assert (
        expression("mine", parse('labels.owner = "me" AND params >= 2'))
        == 'collection == "mine" and label_owner == "me" and params >= 2'
    )


def test_a_page_token_belongs_to_its_request() -> None:
    token = page_token.encode("40", b"request")
    assert page_token.decode(token, b"request") == "40"
    assert page_token.decode("", b"request") == ""
    with pytest.raises(InvalidInput, match="another request"):
        page_token.decode(token, b"other")
    with pytest.raises(InvalidInput):
        page_token.decode("%%%", b"request")
