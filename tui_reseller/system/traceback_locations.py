"""What a defect may say of itself: kinds of errors and places in the program.

Never their texts, notes or variables: any of them may hold a customer's data or a secret.
"""

import traceback

MOST = 50
"""So many errors of a chain are told."""


def traceback_locations(error: BaseException | None) -> str:
    """Return kinds and places of an error, of those behind it and of those in it; what was last comes last."""
    told: dict[int, str] = {}
    waiting = [error]
    while waiting and len(told) < MOST:
        found = waiting.pop()
        if found is None or id(found) in told:
            continue
        frames = traceback.format_list(traceback.extract_tb(found.__traceback__))
        told[id(found)] = "".join(["Traceback\n", *frames, f"{type(found).__name__}\n"])
        waiting.append(found.__cause__ or found.__context__)
        if isinstance(found, BaseExceptionGroup):
            waiting += found.exceptions
    return "".join(reversed(told.values()))
