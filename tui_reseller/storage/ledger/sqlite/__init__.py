"""The ledger in one SQLite file: tables and statements, one connection in a thread of its own, opening and restoring.

Nothing outside of it needs more than `ledger.Ledger`, `jobs.Jobs` and `vault.Vault`.
"""
