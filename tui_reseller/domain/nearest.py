"""The known word that is nearest to a mistyped one. Pure."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], *, most: int = 1, likeness: float = 0.6) -> list[str]:
    """Return at most *most* known words, best first, whose likeness (0 to 1, as difflib counts it) is enough."""
    from difflib import get_close_matches  # noqa: PLC0415 - for an error only

    return get_close_matches(word, list(known), n=most, cutoff=likeness)


def did_you_mean(word: str, known: Iterable[str], otherwise: str, *, likeness: float = 0.6) -> str:
    """Return the hint of an error about an unknown word: the nearest one as a question, else *otherwise*, which names
    what there is.
    """
    near = nearest(word, known, likeness=likeness)
    return f"did you mean {near[0]}?" if near else otherwise
