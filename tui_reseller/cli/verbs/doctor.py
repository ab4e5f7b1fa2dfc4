"""doctor: what stands in the way, or may."""

import click

from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import common
from tui_reseller.services.doctor import Examined, State, of_machine, of_services
from tui_reseller.services.services import Services
from tui_reseller.system.machine import machine

COLUMNS = ("about", "state", "found", "hint")


@click.command()
@click.option("--ask", is_flag=True, help="Ask the service of each profile, too; it changes nothing.")
@common
def doctor(inv: Invocation, *, ask: bool) -> int:
    """Examine terminal, locale, keyring, config, audit log and profiles. What it writes holds no key, no password and
    no customer, and can be pasted. It ends with 3 if something is bad.

    Examples:
      tui-reseller doctor
      tui-reseller doctor --ask
      tui-reseller doctor --output json

    """

    async def work(services: Services) -> int:
        states = []
        with inv.out.rows(COLUMNS) as rows:
            for each in of_machine(machine()):
                rows.add(_row(each))
                states.append(each.state)
            async for each in of_services(services, asks=ask):
                rows.add(_row(each))
                states.append(each.state)
        return ExitCode.CONFIG if State.BAD in states else ExitCode.OK

    return inv.run(work)


def _row(each: Examined) -> dict[str, object]:
    return {"about": each.about, "state": each.state.value, "found": each.found, "hint": each.hint}
