"""Random-looking numbers from a seed, a customer and a purpose: one at a time here, many at once in `volume`."""

from __future__ import annotations

MASK = (1 << 64) - 1
CUSTOMER, PURPOSE = 0x9E3779B97F4A7C15, 0xD1B54A32D192ED03
FIRST, SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
"""Multipliers of SplitMix64, which mixes the same on any machine, and as well in numpy as in Python."""


def mixed(value: int) -> int:
    """Return 64 bits that depend on every bit of a value."""
    value &= MASK
    value = ((value ^ (value >> 30)) * FIRST) & MASK
    value = ((value ^ (value >> 27)) * SECOND) & MASK
    return value ^ (value >> 31)


def purpose(seed: int, number: int) -> int:
    """Return what all customers' draws for one purpose begin from."""
    return mixed(seed * CUSTOMER + number * PURPOSE)


def draw(seed: int, ident: int, number: int, below: int) -> int:
    """Draw a number below a bound for one customer and one purpose."""
    return mixed(purpose(seed, number) + ident * CUSTOMER) % below
