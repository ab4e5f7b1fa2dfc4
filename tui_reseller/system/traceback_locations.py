"""What may be written about an unexpected error: types of errors and locations in the program.

Never messages, notes or variables: any of them may hold a customer's data or a secret.
"""

import traceback

MOST = 50
"""So many errors of a chain are described."""


def traceback_locations(error: BaseException | None) -> str:
    """Return types and locations of an error, of its causes and of the errors grouped in it, the last one last."""
    described: dict[int, str] = {}
    waiting = [error]
    while waiting and len(described) < MOST:
        found = waiting.pop()
        if found is None or id(found) in described:
            continue
        frames = traceback.format_list(traceback.extract_tb(found.__traceback__))
        described[id(found)] = "".join(["Traceback\n", *frames, f"{type(found).__name__}\n"])
        waiting.append(found.__cause__ or found.__context__)
        if isinstance(found, BaseExceptionGroup):
            waiting += found.exceptions
    return "".join(reversed(described.values()))
