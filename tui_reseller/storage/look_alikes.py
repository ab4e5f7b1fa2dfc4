"""Which usernames of a list look like another one: all at once in columns, the odd ones one by one."""

from collections import defaultdict
from collections.abc import Collection

import polars as pl

from tui_reseller.domain.confusables import skeleton

_PLAIN = r"^[\x00-\x7f]*$"


def look_alikes(names: pl.Series, wanted: Collection[str], limit: int) -> dict[str, list[str]]:
    """Return for each wanted username those others that the eye takes for it, at most *limit*; none without any."""
    by_look: dict[str, list[str]] = defaultdict(list)
    for username in wanted:
        by_look[skeleton(username)].append(username)
    frame = pl.DataFrame({"name": names})
    is_plain = pl.col("name").str.contains(_PLAIN)
    looks = pl.Series([look for look in by_look if look.isascii()], dtype=pl.String)
    plain = frame.filter(is_plain).filter(_plain_look().is_in(looks.implode()))["name"].to_list()
    odd = frame.filter(~is_plain)["name"].to_list()
    found: dict[str, list[str]] = defaultdict(list)
    for name in (*plain, *odd):
        for username in by_look.get(skeleton(name), ()):
            if name != username and len(found[username]) < limit:
                found[username].append(name)
    return {username: others for username, others in found.items() if others}


def _plain_look() -> pl.Expr:
    """As look_of() for names of ASCII."""
    bare = pl.col("name").str.replace_all(r"[\x00-\x20\x7f]", "").str.to_lowercase()
    return bare.str.replace_many(["0", "1", "|"], ["o", "l", "l"])
