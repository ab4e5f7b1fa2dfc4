"""The sixty hostile texts that the terminal is shown; where they come from is tests/harness/hostile.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from harness.hostile import FIELDS
from harness.hostile import SIXTY as HOSTILE

__all__ = ["FIELDS", "HOSTILE"]
