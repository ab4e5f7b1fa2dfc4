"""Seconds of polars' own arg_sort of a lower-cased column of a Parquet file: what any sorting of it costs at least."""

import json
import sys
import time

import polars as pl

path, name = sys.argv[1:]
frame = pl.read_parquet(path, columns=[name])
began = time.perf_counter()
found = frame.select(pl.col(name).str.to_lowercase().arg_sort())
print(json.dumps({"arg_sort": time.perf_counter() - began, "customers": len(found)}), flush=True)
