"""A pretend SendGrid to try the tool against: a real HTTP server, written from the public documentation.

What belongs here: the Reseller API v2 as its documentation of 2013, 2014 and 2018 describes it (three *dialects*), the
sibling module `customer.*`, the services of today (`v3`), invented customers, faults on request, and the truth about
what was really applied.
What does not: anything of ours. This room is a stranger to the rest of the program and is met over HTTP only; if it
shared our codecs or our rules it would agree with our mistakes.

Start it with `python -m tui_reseller.sandbox`, or call `serve()` of the module `serve`.
"""
