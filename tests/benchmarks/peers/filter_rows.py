"""A short script of a skilled user: import polars, read the snapshot's Parquet file, filter, write JSON Lines."""

import sys

import polars as pl

path, word, *fields = sys.argv[1:]
text = pl.concat_str([pl.col(name).fill_null("") for name in fields], separator="\x1f").str.to_lowercase()
pl.read_parquet(path).filter(text.str.contains(word, literal=True)).write_ndjson(sys.stdout.buffer)
