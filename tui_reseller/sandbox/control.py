"""Control endpoints under `/_sandbox/`: no part of the imitated API, for tests and for the curious.

They show what was applied and which requests came, plant customers with any values, set faults, and
advance the clock. Nothing here needs
credentials, so nothing here shows a password, a hash or a key.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import Response
from starlette.routing import Route

from tui_reseller.sandbox.account_ids import account_id
from tui_reseller.sandbox.changes import hash_password, switch_value
from tui_reseller.sandbox.faults import FaultUnusable, fault_from
from tui_reseller.sandbox.journal import moment
from tui_reseller.sandbox.store import FIELDS, SWITCHES, UsernameHeld

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from tui_reseller.sandbox.cells import Value
    from tui_reseller.sandbox.faults import Faults
    from tui_reseller.sandbox.store import Customer, Store

_CUSTOMERS = "/_sandbox/customers/"
_FAR = 1e9  # seconds
_MAX_BODY = 64 * 1024 * 1024
_NEW: dict[str, Value] = {"active": "true", "website_access": "true"}


class _Anything(Convertor[str]):
    """A part of a path that holds line breaks, too: usernames may."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("anything", _Anything())


class BadControl(ValueError):
    """A control request makes no sense; the message says why."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def control_routes(store: Store, faults: Faults) -> list[Route]:
    """Build the routes on a store and its faults."""
    control = Control(store, faults)
    return [
        Route("/_sandbox/log", _guarded(control.log), methods=["GET"]),
        Route("/_sandbox/requests", _guarded(control.requests), methods=["GET"]),
        Route(_CUSTOMERS + "{username:anything}", _guarded(control.customer), methods=["GET", "PUT", "DELETE"]),
        Route("/_sandbox/clock", _guarded(control.clock), methods=["GET", "POST"]),
        Route("/_sandbox/faults", _guarded(control.change_faults), methods=["GET", "POST", "DELETE"]),
    ]


def _answer(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value), status, media_type="application/json")


def _guarded(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Turn a senseless request into a JSON error."""

    async def guarded(request: Request) -> Response:
        try:
            return await endpoint(request)
        except BadControl as error:
            return _answer({"error": str(error)}, error.status)

    return guarded


async def _json_object(request: Request) -> dict[str, Any]:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _MAX_BODY:
            raise BadControl(f"the body is larger than {_MAX_BODY} bytes", 413)
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadControl(f"the body is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadControl("the body is no JSON object")
    return value


def _since(request: Request) -> int:
    """Read `?since=SEQ`, with which one asks for the later entries only."""
    value = request.query_params.get("since", "0")
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise BadControl("since must be a number")
    return int(value)


def _username(request: Request) -> str:
    """Take the username from the path as it was sent: it may contain a slash, or bytes that are no UTF-8."""
    raw: bytes = request.scope["raw_path"]
    path = unquote_to_bytes(raw).decode("utf-8", "surrogatepass" if b"%ED" in raw.upper() else "replace")
    return path.removeprefix(_CUSTOMERS)


class Control:
    """The endpoints, on one store and its faults."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults

    async def log(self, request: Request) -> Response:
        """Return what was applied, in order."""
        return _answer(self._store.journal.read_log(_since(request)))

    async def requests(self, request: Request) -> Response:
        """Return every request received, in order."""
        return _answer(self._store.journal.read_requests(_since(request)))

    async def customer(self, request: Request) -> Response:
        """Show a customer; `PUT` plants or changes one without any check; `DELETE` makes one a tombstone."""
        try:
            username = _username(request)
        except UnicodeDecodeError as error:
            raise BadControl("the username is no UTF-8") from error
        if request.method == "PUT":
            username = self._plant(username, await _json_object(request))
        found = self._store.find(username)
        if found is None:
            raise BadControl("no such customer", 404)
        if request.method == "DELETE":
            self._store.change(found.ident, {}, deleted=True)
            found.deleted = True
        return _answer({**_shown(found), "account_id": account_id(self._store.origin()[0], found.ident)})

    def _plant(self, username: str, given: dict[str, Any]) -> str:
        """Write any values, unchecked and not logged; fields that are not named stay. Return the present username.

        Where a customer was deleted, another one is opened under its name, with an id of its own.
        """
        deleted = bool(given.pop("deleted")) if "deleted" in given else None
        password = given.pop("password", None)
        password_hash = None if password is None else hash_password(str(password))
        given.pop("confirm_password", None)
        given.pop("id", None)
        given.pop("account_id", None)
        if "sending" in given:
            given["active"] = given.pop("sending")
        values = {field: _wire_switch(field, value) for field, value in given.items()}
        new_name = values.get("username", username)
        try:
            with self._store.transaction():
                customer = self._store.find(username)
                if customer is not None and customer.deleted and deleted is not True:
                    self._store.change(
                        customer.ident, {"username": f"{username} (closed: {customer.ident})"}, deleted=True
                    )
                    customer = None
                if customer is None:
                    self._store.insert({"username": username, **_NEW, **values}, password_hash)
                    if deleted:
                        self._mark_deleted(str(new_name))
                else:
                    extra = {field: value for field, value in customer.values.items() if field not in FIELDS}
                    values = {**extra, **values}
                    self._store.change(customer.ident, values, deleted=deleted or False, password_hash=password_hash)
        except UsernameHeld as error:
            raise BadControl(str(error), 409) from error
        return str(new_name)

    def _mark_deleted(self, username: str) -> None:
        customer = self._store.find(username)
        if customer is not None:
            self._store.change(customer.ident, {}, deleted=True)

    async def clock(self, request: Request) -> Response:
        """Tell the sandbox's time, or advance it: `POST {"advance": SECONDS}`. It never goes back."""
        clock = self._store.clock
        if request.method == "POST":
            seconds = (await _json_object(request)).get("advance")
            if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < _FAR:
                raise BadControl('the body must be {"advance": SECONDS}')
            clock.ahead += seconds
        return _answer({"now": moment(clock.now()), "ahead": clock.ahead})

    async def change_faults(self, request: Request) -> Response:
        """Show, add or clear faults; the answer is always the active list."""
        if request.method == "POST":
            given = await _json_object(request)
            descriptions = given.get("faults")
            if not isinstance(descriptions, list) or set(given) != {"faults"}:
                raise BadControl('the body must be {"faults": [...]}')
            try:
                self._faults.add([fault_from(description) for description in descriptions])
            except FaultUnusable as error:
                raise BadControl(str(error)) from error
        elif request.method == "DELETE":
            self._faults.clear()
        return _answer({"faults": self._faults.describe()})


def _wire_switch(field: str, value: Value) -> Value:
    """Take a plain boolean for a switch as what stands on the wire; everything else is planted as it is."""
    return str(value).lower() if field in SWITCHES and isinstance(value, bool) else value


def _shown(customer: Customer) -> dict[str, Any]:
    values = {field: switch_value(field, value) for field, value in customer.values.items()}
    return {"id": str(customer.ident), **values, "deleted": customer.deleted}
