"""The ledger: who did what to whom, when, and what became of it; and the jobs that belong to it."""
