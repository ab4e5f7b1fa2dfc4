"""Reading a list of customers as it arrives: what is the same for every service.

Records are read by a strict parser, one by one, or many at once on a fast path whose result counts only where it is
proved to be what the strict parser says (docs/list-parsing.md). A service brings the layout of its records, and for an
answer that is no list, the error that it is.
"""
