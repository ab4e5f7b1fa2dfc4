"""What a verb of one operation is made with: the operation is named once, for the help, for the call and for the way
out.
"""

from collections.abc import Callable
from functools import wraps

from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import Handler, writing
from tui_reseller.cli.provider_help import of_operation
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.provider import Provider


def verb_for(operation: Operation, fields: Callable[[Provider], str] | None = None) -> Callable[[Handler], Handler]:
    """Add what every writing verb takes, and name in its help the services that have the operation, with the fields
    that each takes. The verb gets an Invocation, a Writing and the operation first.
    """

    def made(function: Handler) -> Handler:
        @wraps(function)
        def called(inv: Invocation, options: Writing, /, **given: object) -> int:
            return function(inv, options, operation, **given)

        return writing(of_operation(operation, fields)(called))

    return made
