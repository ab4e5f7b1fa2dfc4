"""How the list is looked at: order, columns, saved views."""

from functools import partial
from string import ascii_letters

from tui_reseller.domain.errors import BadConfig, InvalidFilter, InvalidInput
from tui_reseller.domain.fields import Finding
from tui_reseller.domain.filters import parse_filter
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.text import quoted
from tui_reseller.domain.view import SHIPPED, ListLayout, View, read_columns, shown_columns, with_saved
from tui_reseller.tui.dialogs.form_spec import Check, FormField, FormSpec
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.presenters.called import called
from tui_reseller.tui.profile_context import ProfileContext

UNSORTED = "n"
"""The letter of the service's own order."""
_TAKEN = UNSORTED + "q"
"""Letters that are no column's: q leaves a menu."""


def sort_letters(provider: Provider) -> dict[str, str]:
    """Return a letter for each column: the first of its name that no column before it has."""
    found: dict[str, str] = {}
    for name in provider.columns:
        free = [letter for letter in name + ascii_letters if letter not in {*_TAKEN, *found.values(), "_"}]
        found[name] = free[0]
    return found


def sort_menu(context: ProfileContext) -> Menu:
    """Return the menu behind s: it sorts before it closes. The present column again reverses."""
    letters = sort_letters(context.provider)
    options = [Option(letters[name], _sorted_words(context, name), name) for name in context.provider.columns]
    options.append(Option(UNSORTED, "none: the order of the service", ""))
    return Menu("Sort by", options, before=partial(_sort_by, context))


async def sort_by(context: ProfileContext, column: str) -> None:
    """Sort by a column, and remember it; by the present one: the other way round."""
    if column in context.provider.columns:
        await context.requery(sort=column, descending=column == context.state.sort and not context.state.descending)
        context.host.after_painting(partial(keep_layout, context))
    else:
        context.notify("The list cannot be sorted by that column; s has those that it can.")


async def sorted_by(context: ProfileContext, _column: str) -> None:
    """Remember how the list is sorted now."""
    keep_layout(context)


async def _sort_by(context: ProfileContext, chosen: str) -> None:
    descending = chosen == context.state.sort and bool(chosen) and not context.state.descending
    await context.requery(sort=chosen, descending=descending)


async def reverse(context: ProfileContext) -> None:
    """Turn the order round. It is remembered once it is on the screen: a file is slower than a key."""
    await context.requery(descending=not context.state.descending)
    context.host.after_painting(partial(keep_layout, context))


def _sorted_words(context: ProfileContext, name: str) -> str:
    label = context.provider.label(name)
    if name != context.state.sort:
        return label
    return f"{label}   (now{', reversed' if context.state.descending else ''}; again reverses)"


def keep_layout(context: ProfileContext) -> None:
    """Remember order and columns for this profile; a disk that refuses costs only that."""
    state = context.state
    try:
        context.services.views.keep_layout(state.profile, ListLayout(state.sort, state.descending, state.columns))
    except BadConfig as error:
        context.notify(f"Order and columns will not be remembered: {error.message}", "warning")


def views_menu(context: ProfileContext) -> Menu:
    """Return the menu behind t."""
    saved = with_saved(context.services.views.saved())
    views = [view for view in saved if not view.of_usage or context.provider.tells_usage]
    width = max(len(view.name) for view in views if view.filter)
    options = [Option(view.key, f"{view.name:<{width}}   {view.filter}".rstrip(), view.key) for view in views]
    options += [
        Option("s", "save this filter, order and columns as a view ...", "save"),
        Option("c", "columns ...", "columns"),
        Option("x", "forget a view of my own ...", "forget"),
    ]
    return Menu("Views", options)


async def chosen(context: ProfileContext, what: str) -> None:
    """Open, make and forget views; choose columns."""
    if what == "save":
        await _save(context)
    elif what == "columns":
        await _choose_columns(context)
    elif what == "forget":
        await _forget(context)
    else:
        await open_view(context, what)


async def open_view(context: ProfileContext, key: str) -> None:
    """Show the list as a view says."""
    views = {view.key: view for view in with_saved(context.services.views.saved())}
    view = views.get(key)
    if view is None:
        context.notify(f"No view {key}. t shows the views, and saves the present one.")
        return
    try:
        found = parse_filter(view.filter, context.provider)
        layout = view.layout or ListLayout(context.state.sort, context.state.descending, context.state.columns)
        await context.requery(
            found, filter_text=view.filter, filter_note="", filter_valid=True,
            sort=layout.sort, descending=layout.descending, columns=layout.columns,
        )  # fmt: skip
        if view.of_usage:
            told = f"Usage read of {context.session.usage.told:,} so far"
            context.notify(f"{told}; nothing is asked here. h reads one, :ranking all.")
    except InvalidFilter as error:
        context.notify(f"The view {quoted(view.name)} cannot be opened: {error.message}", "bad")


async def _save(context: ProfileContext) -> None:
    state, own = context.state, {view.key for view in context.services.views.saved()}
    free = next((key for key in "987654321" if key not in own), "9")
    spec = FormSpec(
        "Save a view",
        context.profile_title,
        (
            f"Filter   {state.filter_text or 'none: all customers'}",
            f"Order    {called(state.sort) or 'as the service lists them'}{', reversed' if state.descending else ''}",
            f"Columns  {' '.join(state.columns) or 'those that fit'}",
        ),
        (
            FormField("name", "Name", required=True, limit=40),
            FormField("key", "Key, 1 to 9", value=free, required=True, limit=1, check=_check_key),
        ),
        commit="Save",
    )
    answer = await context.dialogs.ask_form(spec)
    if answer is None:
        return
    layout = ListLayout(state.sort, state.descending, state.columns)
    try:
        context.services.views.put(View(answer["key"], answer["name"], state.filter_text, layout))
    except BadConfig as error:
        context.notify_error(error)
        return
    context.notify(f"View {answer['key']} is {quoted(answer['name'])}.", "good")


def _check_key(key: str) -> list[Finding]:
    return [] if len(key) == 1 and key in "123456789" else [Finding("key", "one digit from 1 to 9")]


async def _forget(context: ProfileContext) -> None:
    saved = context.services.views.saved()
    options = [Option(view.key, view.name, view.key) for view in saved]
    chosen = await context.dialogs.ask(Menu("Forget which view?" if saved else "You have saved no view yet.", options))
    if chosen is None:
        return
    try:
        context.services.views.drop(chosen)
    except BadConfig as error:
        context.notify_error(error)
        return
    again = next((view.name for view in SHIPPED if view.key == chosen), None)
    context.notify(f'View {chosen} is "{again}" again.' if again else f"View {chosen} is forgotten.")


async def _choose_columns(context: ProfileContext) -> None:
    provider = context.provider
    spec = FormSpec(
        "Columns",
        context.profile_title,
        (
            f"The {provider.label(KEY).lower()} is always the first, and the switches are always there.",
            f"There are: {', '.join(name for name in shown_columns(provider) if name != KEY)}.",
            "None named: those that fit the width.",
        ),
        (FormField("columns", "In this order", value=" ".join(context.state.columns), check=_checked_by(provider)),),
        commit="Show",
    )
    answer = await context.dialogs.ask_form(spec)
    if answer is not None:
        context.show(columns=read_columns(answer["columns"], context.provider))
        keep_layout(context)


def _checked_by(provider: Provider) -> Check:
    def check(text: str) -> list[Finding]:
        try:
            read_columns(text, provider)
        except InvalidInput as error:
            return [Finding("columns", f"{error.message} - {error.hint}")]
        return []

    return check
