"""The shape of the sources: modules that are read at one sitting."""

from tests.house.measures import PACKAGE, lengths

LONGEST_MODULE = 300
"""Lines. A module beyond it is split where a reader would look for the other half."""


def test_no_module_is_longer_than_can_be_read_at_one_sitting() -> None:
    counts = lengths(PACKAGE)
    assert len(counts) > 300
    assert {name: count for name, count in counts.items() if count > LONGEST_MODULE} == {}
