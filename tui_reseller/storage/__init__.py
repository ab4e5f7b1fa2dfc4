"""What stays: the ledger, the list in memory and its snapshot, the config file, drafts.

Here belongs everything that touches our files, and all SQL. Here does not belong any decision about an operation (that
is services'), any secret, or anything that knows a wire format or a screen.
"""
