"""The pictures of the README are what the screen shows: each is taken again, and held against the one that is kept."""

import importlib.util
import re
from types import ModuleType

import pytest

from tests.house.test_documents import ROOT

FOLDER = ROOT / "screenshots"


def _program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("take", FOLDER / "take.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


take = _program()


@pytest.mark.long
@pytest.mark.parametrize("name", take.SCENES)
def test_a_picture_is_what_the_screen_shows(name: str) -> None:
    kept = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert _lines(take.taken(name)) == _lines(kept), f"python screenshots/take.py {name}"


def test_every_picture_has_a_scene() -> None:
    assert {path.stem for path in FOLDER.glob("*.svg")} == set(take.SCENES)
    assert {path.stem for path in FOLDER.glob("*.png")} == set(take.SCENES)


def _lines(picture: str) -> list[str]:
    return re.split(r"(?<=>)", picture)
