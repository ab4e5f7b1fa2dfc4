"""Flows: one conversation per verb. Plain async functions: ask, call the service, tell."""

from importlib import import_module

from tui_reseller.tui.stage import Stage, Verb

_FLOWS = {
    "list.sort": "views.sort",
    "list.reverse": "views.reverse",
    "view.menu": "views.menu",
    "list.changes": "changes.changes",
    "list.export": "exporting.export",
    "list.refresh": "listing.read_again",
    "customer.edit": "edit.edit",
    "customer.create": "create.create",
    "sending.enable": "switches.enable",
    "sending.disable": "switches.disable",
    "customer.password": "password.password",
    "customer.email": "account.email",
    "customer.rename": "account.rename",
    "customer.delete": "account.delete",
    "operation.undo": "undo.undo",
    "operation.again": "undo.again",
    "audit.customer": "accounting.activity",
    "needs-you.open": "accounting.needs_you",
    "message.log": "accounting.messages",
    "job.list": "jobs.jobs",
    "copy.username": "copying.username",
    "copy.menu": "copying.menu",
    "profile.open": "profiles.open_profile",
    "profile.unlock": "profiles.unlock",
}


def flow_of(command_id: str) -> Verb | None:
    """Return the flow of a command; its module is loaded at first use, so that none delays the first painting."""
    if command_id not in _FLOWS:
        return None
    module, name = _FLOWS[command_id].split(".")
    found: Verb = getattr(import_module(f"{__name__}.{module}"), name)
    return found


__all__ = ["Stage", "Verb", "flow_of"]
