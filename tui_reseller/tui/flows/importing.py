"""A file of changes or of new customers: look at it, say what its columns are, and make a plan of it."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import WRITES, Operation
from tui_reseller.domain.secret import Secret
from tui_reseller.services.importing import Import, Looked, look, row_at
from tui_reseller.services.job_passwords import Given, Made, Passwords
from tui_reseller.system.whole_file import read_file
from tui_reseller.tui.dialogs.form_spec import FormField, FormSpec
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.flows.jobs import open_job
from tui_reseller.tui.flows.plans import Asked, Review, start_reviewed
from tui_reseller.tui.presenters import importing as words
from tui_reseller.tui.presenters.header import count_text
from tui_reseller.tui.profile_context import ProfileContext

_DIGITS = "1234567890abcdefghij"


@dataclass(slots=True)
class _Last:
    """The file that was imported last: it is offered again."""

    place: str = ""


async def import_file(context: ProfileContext) -> None:
    """Ask for a file, show what it is found to be, and lead to the review of its plan."""
    problem = ""
    while True:
        answer = await context.dialogs.ask_form(_form(context, problem))
        if answer is None:
            return
        context.memory(_Last).place = answer["file"]
        try:
            one = await asyncio.to_thread(_read, answer["file"])
        except (InvalidInput, RuntimeError) as error:  # RuntimeError: ~ of somebody who is not there
            problem = str(error)
            continue
        await _Importing(context, one).go()
        return


def _read(text: str) -> Import:
    path = Path(text).expanduser()
    return Import(path.name, read_file(path, plain=True))


def _form(context: ProfileContext, problem: str) -> FormSpec:
    lines = ("CSV or JSON, a customer a row, with a column of usernames. Nothing is sent before its plan is reviewed.",)
    start = context.memory(_Last).place or f"{Path.cwd()}/"
    fields = (
        FormField("file", "File", "", "path", start=start, required=True, hint="right completes", is_replaced=True),
    )
    return FormSpec("Import", context.profile_title, lines, fields, commit="Look at it", problem=problem)


class _Importing:
    """One file that is being looked at. Skips says that refused rows are left out."""

    def __init__(self, context: ProfileContext, one: Import) -> None:
        self._context, self._one, self._skips = context, one, False
        self._given = one

    async def go(self) -> None:
        """Show the page of the file until it becomes a plan or is left."""
        context = self._context
        looked = await look(context.session, self._one)
        if not (looked.problem or looked.names_actions) and not await self._ask_action(looked):
            return
        at = ""
        while True:
            looked = await look(context.session, self._one)
            await context.requery()
            rows = words.lines(context.provider, self._one, looked, skips=self._skips)
            at = words.start(looked, at)
            page = Page(words.title(self._one, looked), rows, hint=words.HINT, keys=("p",), start=at)
            chosen = await context.dialogs.ask(page)
            if chosen is None:
                if await self._may_leave():
                    return
                continue
            if chosen == "p" and await self._plan(looked):
                return
            at = chosen
            await self._change(chosen, looked)

    async def _may_leave(self) -> bool:
        """Ask before it is lost what was said of columns and rows; what is to be done is said again by one key."""
        if not self._skips and replace(self._one, action=self._given.action) == self._given:
            return True
        spec = FormSpec(
            "Leave and discard what you said of the file?", self._context.profile_title, commit="Discard",
            cancel="Stay", lines=("Nothing was sent.",),
        )  # fmt: skip
        return await self._context.dialogs.ask_form(spec, is_write=False) is not None

    async def _change(self, chosen: str, looked: Looked) -> None:
        """Do what a line of the page is for."""
        what, _, name = chosen.partition(":")
        one, checking = self._one, self._one.checking
        match what:
            case "encoding":
                await self._ask_encoding(looked)
            case "action":
                await self._ask_action(looked)
            case "blank":
                self._one = replace(one, options=replace(one.options, clears=not one.options.clears))
            case "doubtful":
                self._one = replace(one, checking=replace(checking, accept_doubtful=not checking.accept_doubtful))
            case "odd":
                self._one = replace(one, checking=replace(checking, allow_odd_names=not checking.allow_odd_names))
            case "skip":
                self._skips = not self._skips
            case "column":
                await self._ask_column(name, looked)
            case "line":
                await self._show_row(int(name))

    async def _ask_action(self, looked: Looked) -> bool:
        """Ask what is to be done with the customers, first of all what the columns are of; return whether it was
        said.
        """
        provider = self._context.provider
        actions = [operation for operation in WRITES if provider.has(operation)]
        named = {column.field for column in looked.columns}

        def fits(one: tuple[str, Operation]) -> tuple[int, int]:
            takes = provider.action(one[1]).takes
            known = len(named.intersection(takes))
            return -known, len(takes) if known else 0

        keys = sorted(zip(_DIGITS, actions, strict=False), key=fits)
        options = [Option(key, provider.action(operation).title, operation.value) for key, operation in keys]
        chosen = await self._context.dialogs.ask(Menu("What is to be done with each customer of the file?", options))
        if chosen is not None:
            self._one = replace(self._one, action=Operation(chosen))
        return chosen is not None

    async def _ask_encoding(self, looked: Looked) -> None:
        lines = ("Empty: UTF-8, or what the file's mark says. Others: cp1252, latin-1, utf-16-le.",)
        problem = "" if looked.kind else looked.problem
        fields = (FormField("encoding", "Encoding", self._one.options.encoding, limit=20),)
        spec = FormSpec("Encoding", self._context.profile_title, lines, fields, "Read it so", problem=problem)
        answer = await self._context.dialogs.ask_form(spec)
        if answer is not None:
            self._one = replace(self._one, options=replace(self._one.options, encoding=answer["encoding"].strip()))

    async def _ask_column(self, head: str, looked: Looked) -> None:
        """Ask which field a column is."""
        provider = self._context.provider
        rows = [("", "leave it aside"), *((name, f"{name:<16} {provider.label(name)}") for name in looked.fields)]
        chosen = await self._context.dialogs.ask(Page(f"Column {head}: which field is it?", rows))
        if chosen is not None:
            self._one = self._one.mapped(head, chosen)

    async def _show_row(self, line: int) -> None:
        cells = await asyncio.to_thread(row_at, self._context.provider, self._one, line)
        rows = words.row_lines(list(cells.items()))
        await self._context.dialogs.ask(Page(f"Line {line}", rows, hint="Esc back", empty="It has no cells."))

    async def _plan(self, looked: Looked) -> bool:
        """Have the plan reviewed; return whether the file is done with."""
        if looked.drafted is None or looked.read is None:
            return False
        if looked.findings and not self._skips:
            option = Option("s", "leave these rows out, and plan the others", "skip")
            menu = Menu(f"{count_text(len(looked.findings))} findings stop the plan.", (option,))
            if await self._context.dialogs.ask(menu) is None:
                return False
            self._skips = True
        given = {row.call.username: row.call.password for row in looked.read.wanted if row.call.password}
        needing = {item.username for item in looked.drafted.plan.items if self._needs(item.operation)}
        asked = self._asked(given, needing)
        review = Review(note=f"From {self._one.name}.", asked=asked)
        job = await start_reviewed(self._context, looked.drafted, review)
        if job is not None:
            await open_job(self._context, job.number)
        return job is not None or not looked.drafted.plan.items

    def _needs(self, operation: Operation) -> bool:
        return self._context.provider.action(operation).needs_password

    def _asked(self, given: dict[str, Secret], needing: Collection[str]) -> Asked:
        """Return what the plan needs beside: passwords of the file, or a new file for those that are made."""
        if not set(needing) - given.keys():
            return Asked(passwords=lambda _answer: Given(given) if needing else None)
        name = str(Path.home() / f"passwords-{self._context.now():%Y%m%d-%H%M%S}.csv")
        field = FormField("file", "Result file", name, required=True, hint="new; only you can read it")

        def place(answer: dict[str, str]) -> Path:
            return Path(answer["file"]).expanduser().absolute()

        def passwords(answer: dict[str, str]) -> Passwords:
            return Made(self._context.services.password_files.new(place(answer)), given)

        return Asked((field,), passwords, lambda answer: str(place(answer)))
