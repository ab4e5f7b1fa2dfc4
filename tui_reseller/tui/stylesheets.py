"""Where the stylesheets are: beside the package in a checkout or editable install, inside it in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).parent.parent


def stylesheet_folder() -> Path:
    """Return the folder of the stylesheets: a checkout's own before a copy inside the package."""
    beside = PACKAGE.parent / "styles"
    if (PACKAGE.parent / "pyproject.toml").is_file() and beside.is_dir():
        return beside
    return PACKAGE / "styles"


def stylesheets() -> list[Path]:
    """Return every stylesheet, in a fixed order."""
    return sorted(stylesheet_folder().glob("*.tcss"))
