"""Where the stylesheets are: beside the package in a checkout or editable install, inside it in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).parent.parent


def stylesheet_folder() -> Path:
    """Return the folder of the stylesheets. An installed wheel has them inside, and then nothing beside it counts: what
    lies beside an installed package belongs to others.
    """
    inside = PACKAGE / "styles"
    return inside if inside.is_dir() else PACKAGE.parent / "styles"


def stylesheets() -> list[Path]:
    """Return every stylesheet, in a fixed order."""
    return sorted(stylesheet_folder().glob("*.tcss"))
