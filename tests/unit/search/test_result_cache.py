"""Answers are kept for one version of the index; what was asked last stays."""

from services.search.result_cache import ResultCache


def test_a_write_makes_answers_void() -> None:
    cache: ResultCache[str, list[int]] = ResultCache(2)
    cache.put("a", 7, [1])
    assert cache.get("a", 7) == [1]
    assert cache.get("a", 8) is None
    assert cache.get("a", 7) is None


def test_the_answer_that_was_not_asked_for_longest_goes_first() -> None:
    cache: ResultCache[str, list[int]] = ResultCache(2)
    cache.put("a", 1, [1])
    cache.put("b", 1, [2])
    assert cache.get("a", 1) == [1]
    cache.put("c", 1, [3])
    assert [cache.get(key, 1) for key in "abc"] == [[1], None, [3]]


def test_no_size_keeps_nothing() -> None:
    cache: ResultCache[str, list[int]] = ResultCache(0)
    cache.put("a", 1, [1])
    assert cache.get("a", 1) is None
