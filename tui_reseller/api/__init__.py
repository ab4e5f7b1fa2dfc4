"""Adapters to the services that hold the customers: one HTTP caller, and one package for each provider.

Nothing here decides what to send or whether to send it again; what leaves this room is a domain value or a domain
error. Modules that import httpx are imported at the first call, because that costs a tenth of a second.
"""
