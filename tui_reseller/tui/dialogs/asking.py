"""Show a dialog and wait for its answer. Needs no profile: the first run asks too."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from textual.screen import Screen

from tui_reseller.tui.dialogs.form_spec import FormSpec
from tui_reseller.tui.host import Host

T = TypeVar("T")


class Dialogs:
    """Asks the operator. Remembers the reasons that were given: forms offer them again."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._reasons: list[str] = []
        self.why_proposed: Callable[[], str] = str
        """Why what is agreed to is not sent but proposed; empty where it is sent."""

    async def ask(self, dialog: Screen[T]) -> T | None:
        """Show a dialog and wait for its answer; None is leaving."""
        answered: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()

        def take(answer: T | None) -> None:
            if not answered.done():
                answered.set_result(answer)

        self.host.show_dialog(dialog, take)
        self.host.opening = False
        return await answered

    def announced(self, spec: FormSpec) -> FormSpec:
        """Return a form that says first that what it leads to is only proposed, where it is."""
        why = self.why_proposed()
        return (
            replace(spec, lines=[f"{why[:1].upper()}{why[1:]}: it is proposed, not sent.", *spec.lines])
            if why
            else spec
        )

    async def ask_form(
        self, spec: FormSpec, *, is_write: bool = True, is_beside: bool = False
    ) -> dict[str, str] | None:
        """Show a form and wait for its values. A reason that was given is offered by the up key, and never
        filled in: it would stand before what is typed for another customer. One that has a reason changes customers,
        unless it is said not to: what others have to approve of is proposed by it, and that takes the reason.
        Is_beside: beside the list, as the editor.
        """
        if is_write and self.why_proposed() and any(field.name == "reason" for field in spec.fields):
            fields = [replace(one, required=one.required or one.name == "reason") for one in spec.fields]
            spec = replace(self.announced(spec), fields=fields, commit="Propose")
        from tui_reseller.tui.dialogs.editor import BesideForm  # noqa: PLC0415 - loaded with the first dialog
        from tui_reseller.tui.dialogs.form import Form  # noqa: PLC0415

        kind = BesideForm if is_beside else Form
        recall = {**spec.recall, "reason": self._reasons}
        answer = await self.ask(kind(replace(spec, recall=recall), self.host.new_guard()))
        if answer and answer.get("reason", "").strip():
            self._reasons = [reason for reason in self._reasons if reason != answer["reason"]] + [answer["reason"]]
        return answer
