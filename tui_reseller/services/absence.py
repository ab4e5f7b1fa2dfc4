"""When a list proves that somebody is not there (reliability R3, N54, D13-D16): the one place that says so. Pure.

Two kinds prove nothing: one that lost many customers since the last one, and one with damaged records, each of which
may be the customer that is looked for.
"""

SUSPICIOUS_LOSS = 0.2
"""A list this much smaller than the last one is held back until a person has looked (reliability N54)."""
SMALL = 3
"""Of so few customers all may really be gone."""
FEW = 1000
"""In a list up to so long it is looked up who is in it; in a longer one a few make no difference."""


def is_loss(found: float, before: float) -> bool:
    """Whether a list lost so many customers that it is not believed."""
    return found < before * (1 - SUSPICIOUS_LOSS)


def enough(total: int, there: int) -> float:
    """Return how many customers a whole list must have to prove that some are missing from it, where the last list had
    *total* customers and *there* of those that are looked for. An empty list proves it only where all of very few are
    looked for.
    """
    rest = max(0, total - there)
    if not rest and 0 < total <= SMALL:
        return 0.0
    return max(1.0, rest * (1 - SUSPICIOUS_LOSS))
