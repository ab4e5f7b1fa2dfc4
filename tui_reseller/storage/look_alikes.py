"""Which usernames of a list look like another one: all at once in columns, the odd ones one by one."""

import polars as pl

from tui_reseller.domain.confusables import skeleton

_PLAIN = r"^[\x00-\x7f]*$"


def look_alikes(names: pl.Series, username: str, limit: int) -> list[str]:
    """Return other usernames that the eye takes for this one, at most *limit*."""
    wanted = skeleton(username)
    frame = pl.DataFrame({"name": names}).filter(pl.col("name") != username)
    is_plain = pl.col("name").str.contains(_PLAIN)
    plain = frame.filter(is_plain & (_plain_look() == wanted))["name"]
    odd = frame.filter(~is_plain)["name"].to_list()
    found = [*plain.to_list(), *(name for name in odd if skeleton(name) == wanted)]
    return found[:limit]


def _plain_look() -> pl.Expr:
    """As look_of() for names of ASCII."""
    bare = pl.col("name").str.replace_all(r"[\x00-\x20\x7f]", "").str.to_lowercase()
    return bare.str.replace_many(["0", "1", "|"], ["o", "l", "l"])
