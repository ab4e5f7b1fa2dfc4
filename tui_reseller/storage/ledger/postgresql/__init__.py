"""The ledger of a team, on PostgreSQL: one for several machines. The driver is imported only when it is first asked."""
