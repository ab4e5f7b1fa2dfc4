"""What one list has that an earlier one had not: new customers, gone ones, and fields that differ."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from tui_reseller.domain.changes import Change
from tui_reseller.domain.listing import ListDifference, table_columns
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.storage.frames import texts
from tui_reseller.storage.rows import customer_of

KEPT = 20_000
"""So many changed customers, and so many gone ones, are kept with what they were."""


def _names() -> pl.Series:
    return pl.Series([], dtype=pl.String)


def _none() -> pl.DataFrame:
    return pl.DataFrame(schema={KEY: pl.String()})


@dataclass(frozen=True)
class ListChanges:
    """Usernames that came, and that changed; what changed and gone customers were, up to KEPT of each."""

    new: pl.Series = field(default_factory=_names)
    changed: pl.Series = field(default_factory=_names)
    gone: int = 0
    before: pl.DataFrame = field(default_factory=_none)
    after: pl.DataFrame = field(default_factory=_none)
    left: pl.DataFrame = field(default_factory=_none)

    def among(self, usernames: Collection[str]) -> frozenset[str]:
        """Return which of these usernames are new or changed."""
        wanted = texts(usernames).implode()
        return frozenset(
            name for part in (self.new, self.changed) if len(part) for name in part.filter(part.is_in(wanted))
        )

    def with_new(self, usernames: Sequence[str]) -> "ListChanges":
        """Return them with customers that were created here since."""
        return replace(self, new=pl.concat([self.new, texts(usernames)], rechunk=True))

    def differences(self, provider: Provider, limit: int) -> list[ListDifference]:
        """Return them one by one, of each kind at most *limit*: gone, new, changed."""
        found = [ListDifference("gone", name) for name in self.left[KEY][:limit]]
        found += [ListDifference("new", name) for name in self.new[:limit]]
        for was, now in zip(self.before[:limit].rows(), self.after[:limit].rows(), strict=True):
            old, new = customer_of(provider, was), customer_of(provider, now)
            fields = [name for name in provider.columns if old.value(name) != new.value(name)]
            changes = tuple(Change(name, old.value(name), new.value(name)) for name in fields)
            found.append(ListDifference("changed", new.username, changes))
        return found


def changes_between(provider: Provider, old: pl.DataFrame, new: pl.DataFrame) -> ListChanges:
    """Compare two lists by username. Of usernames that stand twice the first counts; damaged rows do not."""
    if len(old) == len(new) and bool((old[KEY] == new[KEY]).all()):
        rows = pl.int_range(len(new), dtype=pl.UInt32, eager=True)
        return _compared(provider, old, new, rows, rows, ListChanges())
    left, right = _numbered(old, "old"), _numbered(new, "new")
    both = left.join(right, on=KEY, how="inner", maintain_order="right")
    came = right.join(left, on=KEY, how="anti", maintain_order="left")
    gone = left.join(right, on=KEY, how="anti", maintain_order="left")
    known = ListChanges(
        new=came[KEY],
        gone=len(gone),
        left=old[gone["old"][:KEPT]].select(table_columns(provider)),
    )
    return _compared(provider, old, new, both["old"], both["new"], known)


def _numbered(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    rows = pl.int_range(len(frame), dtype=pl.UInt32, eager=True).alias(name)
    found = frame.select(KEY).with_columns(rows).filter(pl.col(KEY) != "")
    return found.unique(KEY, keep="first", maintain_order=True)


def _compared(
    provider: Provider,
    old: pl.DataFrame,
    new: pl.DataFrame,
    old_rows: pl.Series,
    new_rows: pl.Series,
    known: ListChanges,
) -> ListChanges:
    is_same_order = old_rows is new_rows
    differs = pl.Series([False]).new_from_index(0, len(new_rows))
    for name in provider.columns[1:]:
        before, after = old[name], new[name]
        if not is_same_order:
            before, after = before.gather(old_rows), after.gather(new_rows)
        differs |= before.ne_missing(after)
    was, now = old_rows.filter(differs), new_rows.filter(differs)
    return ListChanges(
        new=known.new,
        changed=new[KEY].gather(now),
        gone=known.gone,
        before=old[was[:KEPT]].select(table_columns(provider)),
        after=new[now[:KEPT]].select(table_columns(provider)),
        left=known.left,
    )
