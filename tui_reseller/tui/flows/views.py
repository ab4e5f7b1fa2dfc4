"""How the list is looked at: order, columns, saved views."""

from functools import partial

from tui_reseller.domain.errors import BadConfig, InvalidFilter, InvalidInput
from tui_reseller.domain.fields import Finding
from tui_reseller.domain.filters import parse_filter
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.view import SHIPPED, ListLayout, View, read_columns, with_saved
from tui_reseller.tui.dialogs.form import FormField, FormSpec
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.stage import Stage

SORT_KEYS = {
    "username": "u", "email": "e", "sending": "s", "website_access": "w", "first_name": "f", "last_name": "l",
    "address": "a", "city": "c", "state": "t", "zip": "z", "country": "o", "phone": "p", "website": "b",
}  # fmt: skip


def sort_menu(stage: Stage) -> Menu:
    """Return the menu behind s: it sorts before it closes. The present column again reverses."""
    options = [Option(SORT_KEYS[name], _sorted_words(stage, name), name) for name in RESELLER_V2.columns]
    options.append(Option("n", "none: the order of the service", ""))
    return Menu("Sort by", options, before=partial(_sort_by, stage))


async def sorted_by(stage: Stage, _column: str) -> None:
    """Remember how the list is sorted now."""
    keep_layout(stage)


async def _sort_by(stage: Stage, chosen: str) -> None:
    descending = chosen == stage.state.sort and bool(chosen) and not stage.state.descending
    await stage.requery(sort=chosen, descending=descending)


async def reverse(stage: Stage) -> None:
    """Turn the order round. It is remembered once it is on the screen: a file is slower than a key."""
    await stage.requery(descending=not stage.state.descending)
    stage.app.call_after_refresh(keep_layout, stage)


def _sorted_words(stage: Stage, name: str) -> str:
    if name != stage.state.sort:
        return name
    return f"{name}   (now{', reversed' if stage.state.descending else ''}; again reverses)"


def keep_layout(stage: Stage) -> None:
    """Remember order and columns for this profile; a disk that refuses costs only that."""
    state = stage.state
    try:
        stage.services.views.keep_layout(state.profile, ListLayout(state.sort, state.descending, state.columns))
    except BadConfig as error:
        stage.tell(f"Order and columns will not be remembered: {error.message}", "warning")


def views_menu(stage: Stage) -> Menu:
    """Return the menu behind t."""
    views = with_saved(stage.services.views.saved())
    options = [Option(view.key, f"{view.name}   {view.filter}", view.key) for view in views]
    options += [
        Option("s", "save this filter, order and columns as a view ...", "save"),
        Option("c", "columns ...", "columns"),
        Option("x", "forget a view of my own ...", "forget"),
    ]
    return Menu("Views", options)


async def chosen(stage: Stage, what: str) -> None:
    """Open, make and forget views; choose columns."""
    if what == "save":
        await _save(stage)
    elif what == "columns":
        await _choose_columns(stage)
    elif what == "forget":
        await _forget(stage)
    else:
        await open_view(stage, what)


async def open_view(stage: Stage, key: str) -> None:
    """Show the list as a view says."""
    views = {view.key: view for view in with_saved(stage.services.views.saved())}
    view = views.get(key)
    if view is None:
        stage.tell(f"No view {key}. t shows the views, and saves the present one.")
        return
    try:
        found = parse_filter(view.filter, stage.session.provider)
        layout = view.layout or ListLayout(stage.state.sort, stage.state.descending, stage.state.columns)
        await stage.requery(
            found, filter_text=view.filter, filter_note="", filter_valid=True,
            sort=layout.sort, descending=layout.descending, columns=layout.columns,
        )  # fmt: skip
    except InvalidFilter as error:
        stage.tell(f'The view "{view.name}" cannot be opened: {error.message}', "bad")


async def _save(stage: Stage) -> None:
    state, taken = stage.state, {view.key: view for view in with_saved(stage.services.views.saved())}
    free = next((key for key in "89" if key not in taken), "9")
    spec = FormSpec(
        "Save a view",
        stage.profile_title,
        (
            f"Filter   {state.filter_text or 'none: all customers'}",
            f"Order    {state.sort or 'as the service lists them'}{', reversed' if state.descending else ''}",
            f"Columns  {' '.join(state.columns) or 'those that fit'}",
        ),
        (
            FormField("name", "Name", required=True, limit=40),
            FormField("key", "Key, 1 to 9", value=free, required=True, limit=1, check=_check_key),
        ),
        commit="Save",
    )
    answer = await stage.ask_form(spec)
    if answer is None:
        return
    layout = ListLayout(state.sort, state.descending, state.columns)
    try:
        stage.services.views.put(View(answer["key"], answer["name"], state.filter_text, layout))
    except BadConfig as error:
        stage.tell_error(error)
        return
    stage.tell(f'View {answer["key"]} is "{answer["name"]}".', "good")


def _check_key(key: str) -> list[Finding]:
    return [] if len(key) == 1 and key in "123456789" else [Finding("key", "one digit from 1 to 9")]


async def _forget(stage: Stage) -> None:
    saved = stage.services.views.saved()
    options = [Option(view.key, view.name, view.key) for view in saved]
    chosen = await stage.ask(Menu("Forget which view?" if saved else "You have saved no view yet.", options))
    if chosen is None:
        return
    try:
        stage.services.views.drop(chosen)
    except BadConfig as error:
        stage.tell_error(error)
        return
    again = next((view.name for view in SHIPPED if view.key == chosen), None)
    stage.tell(f'View {chosen} is "{again}" again.' if again else f"View {chosen} is forgotten.")


async def _choose_columns(stage: Stage) -> None:
    spec = FormSpec(
        "Columns",
        stage.profile_title,
        (
            "The username is always the first, and the two switches are always there.",
            f"There are: {', '.join(RESELLER_V2.columns[1:7])},",
            f"  {', '.join(RESELLER_V2.columns[7:])}. None named: those that fit the width.",
        ),
        (FormField("columns", "In this order", value=" ".join(stage.state.columns), check=_check_columns),),
        commit="Show",
    )
    answer = await stage.ask_form(spec)
    if answer is not None:
        stage.show(columns=read_columns(answer["columns"], stage.session.provider))
        keep_layout(stage)


def _check_columns(text: str) -> list[Finding]:
    try:
        read_columns(text, RESELLER_V2)
    except InvalidInput as error:
        return [Finding("columns", f"{error.message} - {error.hint}")]
    return []
