"""Seconds of `orjson.loads` of a file; only the call is timed."""

import sys
import time
from pathlib import Path

import orjson

body = Path(sys.argv[1]).read_bytes()
began = time.perf_counter()
found = orjson.loads(body)
print(f'{{"loads": {time.perf_counter() - began}, "customers": {len(found)}}}', flush=True)
