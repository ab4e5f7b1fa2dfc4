"""What a command of the screen is, and what it may need; all of them stand in commands.py."""

from dataclasses import dataclass

from tui_reseller.domain.operation import Operation

CUSTOMER, WRITABLE, VALID_FILTER, WHOLE_LIST, USAGE = "customer", "writable", "valid filter", "whole list", "usage"
"""What must be so before a command can be done."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing an operator can do. Its id is the name of its key in the config, and never changes.

    Handler is `module.function` in flows/: an async function of the ProfileContext. It is a conversation that may open
    dialogs, unless *at_once*: then it is over before the next key is looked at. It takes the key, too, if *takes_key*.
    Menu is `module.function` in flows/ that returns a menu: it is opened before the next key, which then arrives there,
    and the handler takes the value that was chosen; without a handler, that value is the id of the command to do.
    Needs says what must be so (presenters/commands.py says why not). Footer is its word in the footer, more its letter
    in the menu More; empty for none. Operations are what it may send, if the service of the profile has one of them; a
    command of one operation is called and explained in the help as the service's table does. Synonyms are other words
    by which it is looked for.
    """

    id: str
    keys: tuple[str, ...]
    words: str
    help: str = ""
    handler: str = ""
    menu: str = ""
    needs: tuple[str, ...] = ()
    footer: str = ""
    more: str = ""
    at_once: bool = False
    takes_key: bool = False
    operations: tuple[Operation, ...] = ()
    synonyms: tuple[str, ...] = ()
