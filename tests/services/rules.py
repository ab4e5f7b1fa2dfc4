"""Profiles with rules."""

from tui_reseller.domain.profile import Profile

ACME = Profile("acme", "acme-api")
SAFE = Profile("acme", "acme-api", protected=True)
