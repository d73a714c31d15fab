"""When reads need not insist on seeing the last write."""

from services.search.settling import Settling


def test_a_version_settles_after_a_while_and_a_write_starts_it_anew() -> None:
    now = 0.0
    settling = Settling(lambda: now)
    assert not settling.is_settled(7)
    now = 9.0
    assert not settling.is_settled(7)
    now = 11.0
    assert settling.is_settled(7)
    assert not settling.is_settled(8)
    now = 22.0
    assert settling.is_settled(8)
