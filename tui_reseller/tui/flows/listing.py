"""Read the list: from disk at once, then from the service."""

import asyncio
import gc
from dataclasses import dataclass
from functools import partial
from itertools import compress

from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import (
    CredentialsRefused,
    CredentialStoreError,
    MissingCredentials,
    ResellerError,
    SnapshotDamaged,
)
from tui_reseller.domain.job import JobState
from tui_reseller.domain.profile import Store
from tui_reseller.domain.refreshing import MANUAL
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import clean
from tui_reseller.services import listing
from tui_reseller.services.job_passwords import unseen_words
from tui_reseller.services.listing import Arrived, Refreshed
from tui_reseller.tui.dialogs.form_spec import FormField, FormSpec
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.flows.checking import check_later
from tui_reseller.tui.flows.following import follow
from tui_reseller.tui.presenters.header import clock_text, count_text, counts_words
from tui_reseller.tui.profile_context import ProfileContext
from tui_reseller.tui.view_state import Hint, Note

REPAINT_SECONDS = 0.15
SLOW_REPAINT_SECONDS = 1.0
MOST_NAMED = 5
"""So many jobs are named by their numbers."""
FAILED, NO_KEY, KEY_REFUSED = "refresh failed", "no key", "key refused"
"""What the header says of a list that could not be read again."""


@dataclass(slots=True)
class _Held:
    """A new list that is suspiciously small: the operator has to say which one is right."""

    fresh: Refreshed | None = None


async def load_and_refresh(context: ProfileContext) -> None:
    """At the start: the whole snapshot, then a fresh list, unless the operator refreshes by hand."""
    try:
        recovered = await context.session.catch_up()
        if recovered:
            context.notify(f"{recovered} operations of a program that ended have no outcome - ! shows them", "warning")
            check_later(context)
    except ResellerError as error:
        context.notify_error(error)  # reading goes on: only writing needs the audit log
    await follow(context)
    try:
        await _load(context)
        await context.count_open()
    except ResellerError as error:
        context.notify_error(error)
    context.host.run_in_background(context.learn_notes, "notes")
    wanted = context.session.profile.refresh or context.services.profiles.load().settings.refresh
    if wanted == MANUAL and context.session.held.read_at is not None:
        context.show(progress="")
    else:
        await show_refresh(context, at_start=True)


async def say_interrupted(context: ProfileContext) -> None:
    """Say which jobs of this account were interrupted: nobody runs them, and they do not go on by themselves."""
    try:
        running = await context.services.jobs.all(context.session.account, is_running=True)
    except ResellerError:
        return  # the ledger was asked before, and that was said
    found = [job for job in running if job.state is JobState.INTERRUPTED]
    if not found:
        return
    numbers = ", ".join(str(job.number) for job in found[:MOST_NAMED]) + (" ..." if len(found) > MOST_NAMED else "")
    left = sum(job.total - job.done for job in found)
    words = f"Job {numbers} was" if len(found) == 1 else f"Jobs {numbers} were"
    note = f"{words} interrupted: {count_text(left)} {'customer is' if left == 1 else 'customers are'} left."
    context.show_note(Note(note, "warning", (Hint("b", "opens the jobs; Space goes on there"),)))


async def say_unseen(context: ProfileContext) -> None:
    """Say where passwords are that were made, by any process of this account, and that nobody has seen."""
    try:
        words = unseen_words(await asyncio.to_thread(context.services.password_files.left_behind))
    except ResellerError as error:
        words = error.message
    if words:
        context.notify(f"{words[0].upper()}{words[1:]}.", "warning")


async def _load(context: ProfileContext) -> None:
    session = context.session
    try:
        await listing.purge_old(session)
        if await listing.load(session):
            # What is there now stays: the collector need not look at a million customers again and again.
            gc.collect()
            gc.freeze()
    except SnapshotDamaged as error:
        context.notify(f"{error.message}; it is read again from the service.", "warning")
    await context.requery(filter_note="")


async def show_refresh(
    context: ProfileContext, *, asked: bool = False, quietly: bool = False, at_start: bool = False
) -> None:
    """Read the list from the service; the old one stays until the new one is whole. Quietly: what goes on is not shown,
    only what comes of it. A key that is kept nowhere is asked for at the start: nobody could have given it before.
    """
    session, trouble = context.session, context.state.trouble
    context.memory(_Held).fresh = None
    if not quietly:
        context.show(trouble="", progress="reading ...")
    began = painted = session.clock.monotonic()
    try:
        async for event in listing.refresh(session):
            if isinstance(event, Refreshed):
                await _arrived(context, event, again=bool(trouble))
                continue
            now = session.clock.monotonic()
            if not quietly and now - painted >= (SLOW_REPAINT_SECONDS if context.host.slow else REPAINT_SECONDS):
                painted = now
                context.show(progress=_progress(event, now - began))
                if session.held.read_at is None:
                    await context.requery()
    except MissingCredentials as error:
        context.show(trouble=NO_KEY)
        context.notify(f"No key - r goes on. {error.message}", "bad")
        if at_start and context.session.profile.store is Store.NONE and not isinstance(error, CredentialStoreError):
            await _ask_key(context, error)
        elif asked:
            await _without_key(context, error)
    except ResellerError as error:
        since = (
            f"Showing the list of {clock_text(session.held.read_at, context.now())}; " if session.held.read_at else ""
        )
        context.show(trouble=KEY_REFUSED if isinstance(error, CredentialsRefused) else FAILED)
        context.notify(f"{since}refresh failed: {error.message}", "bad")
    finally:
        if not quietly:
            context.show(progress="")
            await context.requery()


def _progress(event: Arrived, seconds: float) -> str:
    megabytes = event.received / 1e6
    return f"reading: {count_text(event.rows)} rows, {megabytes:.1f} MB, {megabytes / max(seconds, 0.001):.1f} MB/s"


async def _arrived(context: ProfileContext, fresh: Refreshed, *, again: bool = False) -> None:
    if fresh.held:
        context.memory(_Held).fresh = fresh
        context.show(trouble=f"new list has only {count_text(fresh.total)} of {count_text(fresh.previous)}")
        context.notify(
            f"The service listed only {fresh.total:,} of {fresh.previous:,} customers. "
            "The old list is kept; r chooses.", "warning",
        )  # fmt: skip
        return
    await _taken_over(context, fresh, again=again)


async def _taken_over(context: ProfileContext, fresh: Refreshed, *, again: bool = False) -> None:
    context.show(trouble="")
    await context.requery()
    counts = context.session.customers.refreshed
    if fresh.not_kept:
        context.notify(f"The list is fresh, but not kept on disk: {fresh.not_kept}", "warning")
    elif counts:
        context.notify(f"{counts_words(counts)} since the list before - f shows them.")
    elif again:
        context.notify(f"Read again: {count_text(fresh.total)} customers.", "good")


async def refresh_now(context: ProfileContext) -> None:
    """The operator's own refresh: may ask for a key, or first whether a small list is right. Keys work meanwhile."""
    held = context.memory(_Held).fresh
    if held is not None:
        answer = await _which_list(context, held)
        if answer != "read":
            return
    context.host.run_in_background(partial(_refresh_now, context), "refresh")


async def _which_list(context: ProfileContext, held: Refreshed) -> str | None:
    options = (
        Option("r", "read it again", "read"),
        Option("t", f"take the smaller one: {count_text(held.total)} customers", "take"),
        Option("k", f"keep the old one: {count_text(held.previous)} customers", "keep"),
    )
    answer = await context.dialogs.ask(Menu("A suspiciously small list. Which one is right?", options))
    if answer in {"take", "keep"}:
        context.memory(_Held).fresh = None
        context.show(trouble="")
    if answer == "take":
        await _taken_over(context, await listing.accept(context.session, held))
    return answer


async def _refresh_now(context: ProfileContext) -> None:
    await context.session.reconnect()
    await show_refresh(context, asked=True)


async def _without_key(context: ProfileContext, error: MissingCredentials) -> None:
    """Say why there is no key, and offer what can be done; the first choice keeps it in memory."""
    options = (
        Option("1", "Type it; it stays in the memory of this program until I quit", "memory"),
        Option("2", "Try again (after unlocking, or mending the command)", "again"),
    )
    hint = [f" {clean(line, longest=300)}" for line in error.hint.splitlines()]
    chosen = await context.dialogs.ask(
        Menu(error.message, options, lines=[*hint, " Nothing is written to disk by the first."])
    )
    if chosen == "memory":
        await _ask_key(context, error)
    elif chosen == "again":
        await show_refresh(context, asked=True)


async def _ask_key(context: ProfileContext, error: MissingCredentials) -> None:
    """Ask for what is missing: the key, the password of the proxy, or both."""
    profile = context.session.profile
    found = None if isinstance(error, CredentialStoreError) else await context.services.credentials.get(profile)
    fields = (
        FormField("key", "Key or password", kind="secret", required=True),
        FormField("proxy_password", "Password of the proxy", kind="secret", required=True),
    )
    is_asked = (found is None, profile.wants_proxy_password and not (found or profile).proxy_password)
    spec = FormSpec(
        f"Key of {profile.name}",
        context.profile_title,
        (f"{profile.api_user} at {profile.host}", "It is kept in the memory of this program only, until you quit."),
        tuple(compress(fields, is_asked)),
        commit="Go on",
    )
    answer = await context.dialogs.ask_form(spec)
    if answer and all(answer.values()):
        key = found.key if found else Secret(answer["key"])
        typed = answer.get("proxy_password")
        password = Secret(typed) if typed else (found or profile).proxy_password
        context.services.credentials.remember(profile, Credential(key, password))
        await show_refresh(context)
