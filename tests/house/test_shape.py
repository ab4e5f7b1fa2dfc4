"""The shape of the sources: modules that are read at one sitting."""

from tests.house.measures import PACKAGE, circles, imports, lengths, modules

LONGEST_MODULE = 300
"""Lines. A module beyond it is split where a reader would look for the other half."""


def test_no_module_is_longer_than_can_be_read_at_one_sitting() -> None:
    counts = lengths(PACKAGE)
    assert len(counts) > 300
    assert {name: count for name, count in counts.items() if count > LONGEST_MODULE} == {}


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Not even where it is imported late, or for its types alone."""
    assert circles(imports(modules(PACKAGE))) == []


def test_a_circle_is_found() -> None:
    assert circles({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}) == [["a", "b", "c"]]
