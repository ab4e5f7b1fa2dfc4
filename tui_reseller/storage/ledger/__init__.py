"""The ledger: who did what to which customer, and what became of it.

What holds on every database stands here and knows none: rules, rows, the hash chain, replay, receipts. Each database
has a folder of its own with an adapter that uses them; `sqlite/` is the one that is embedded.
"""
