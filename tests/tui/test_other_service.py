"""A service with other fields and three operations: whatever the screen shows of it comes from its table."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from tests.harness.waiting import soon
from tui_reseller.domain.action import Action, Effect
from tui_reseller.domain.audit import Operator
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.fingerprint import fingerprint_of
from tui_reseller.domain.listing import ListProgress
from tui_reseller.domain.note import Note
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.provider import DETAILS_READ, KEY, AtCreate, Field, Kind, Provider, Told
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.domain.providers.accounts_v3 import ACCOUNTS_V3
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.receipt import Receipt
from tui_reseller.services.policy import Policy
from tui_reseller.storage.frames import frame_from
from tui_reseller.system.clock import SystemClock
from tui_reseller.tui.commands import BY_ID, COMMANDS
from tui_reseller.tui.dialogs import texts
from tui_reseller.tui.dialogs.customer_forms import create_form, editor_form
from tui_reseller.tui.flows.copying import copy_menu
from tui_reseller.tui.flows.switches import website_menu
from tui_reseller.tui.flows.views import sort_letters, sort_menu
from tui_reseller.tui.presenters import commands as command_presenter
from tui_reseller.tui.presenters.detail import Facts, wide_lines
from tui_reseller.tui.presenters.help_map import filter_words
from tui_reseller.tui.presenters.parts import text_of
from tui_reseller.tui.presenters.rows import columns, fit, spoken, title_line
from tui_reseller.tui.presenters.short_detail import short_lines
from tui_reseller.tui.view_state import ViewState
from tui_reseller.wiring.clients import CLIENTS

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
OTHER = Provider(
    id="other",
    title="Another service",
    base_url="https://api.example.com",
    fields=(
        Field(KEY, "Account", at_create=AtCreate.REQUIRED, limit=20, is_searched=True, title="ACCOUNT"),
        Field("region", "Region", Kind.CHOICE, set_by=Operation.SET, at_create=AtCreate.REQUIRED,
              choices=("eu", "global"), width=7),
        Field("plan", "Plan of sending", told=Told.DETAIL, set_by=Operation.SET, limit=30),
        Field("alive", "Alive", Kind.SWITCH, set_by=Operation.ENABLE, width=6),
        Field(DETAILS_READ, "Read", Kind.MOMENT, Told.DETAIL),
    ),
    actions={
        Operation.ENABLE: Action(
            "Wake up", 1, "Wake", brief="It lives again", consequence=("It wakes.",), sets={"alive": True}
        ),
        Operation.SET: Action("Change plan", 1, "Send", takes=("region", "plan")),
        Operation.CREATE: Action(
            "New account", 2, "Open", consequence=("It costs.",), effect=Effect.CREATES, takes=("region",)
        ),
    },
    lacks={Operation.PASSWORD: "the customer asks for a new one at the vendor's page"},
)  # fmt: skip
OTHER_CREATE = OTHER.action(Operation.CREATE)
CUSTOMER = Customer.of(OTHER, "acc-1", {"region": "eu", "alive": False})


@pytest.fixture
def policy(monkeypatch) -> Policy:
    monkeypatch.setitem(PROVIDERS, "other", OTHER)
    return Policy(Profile("acme", "bob", provider="other"), SystemClock())


@pytest.fixture
def context(policy):
    host = SimpleNamespace(commands=COMMANDS)
    return SimpleNamespace(provider=OTHER, host=host, state=ViewState(), session=SimpleNamespace(policy=policy))


def test_its_list_has_its_columns():
    shown = columns(OTHER, 80)
    assert [column.field for column in shown] == [KEY, "alive", "region"]
    assert title_line(shown, "region", descending=True).split() == ["ACCOUNT", "ALIVE", "REGIONv"]
    assert [fit(CUSTOMER, column).strip() for column in shown] == ["acc-1", "off", "eu"]
    assert all(sum(column.width + 1 for column in columns(OTHER, width)) <= width for width in range(60, 300))
    assert [column.field for column in columns(OTHER, 80, ("plan",))] == [KEY, "plan", "alive"]
    assert spoken(OTHER, CUSTOMER, is_marked=False, needs_you=False) == "acc-1, alive off"


def test_what_we_note_of_its_customers_stands_in_its_list():
    note = Note("acc-1", "Ana's shop", "", Operator("kim", "bastion"), NOW, fingerprint_of(OTHER, CUSTOMER))
    shown = columns(OTHER, 80, noted=True)
    assert [column.field for column in shown] == [KEY, "alive", "label", "region"]
    assert [fit(CUSTOMER, column, note).strip() for column in shown] == ["acc-1", "off", "Ana's shop", "eu"]
    assert [column.title for column in columns(OTHER, 60, narrow=True, noted=True)] == ["ACCOUNT", "+", "ALIVE"]
    assert [column.title for column in columns(OTHER, 80, ("plan",), noted=True)] == ["ACCOUNT", "+", "PLAN", "ALIVE"]
    assert [column.title for column in columns(OTHER, 90, ("label", "note"))][1:] == ["LABEL", "NOTE", "ALIVE"]
    for provider in (OTHER, RESELLER_V2):
        for width in range(60, 300):
            shown = columns(provider, width, noted=True)
            assert sum(column.width + 1 for column in shown) <= width, (provider.id, width)
            assert sum(column.is_ours for column in shown) == 1
    words = spoken(OTHER, CUSTOMER, note, is_marked=False, needs_you=False)
    assert words == "acc-1, alive off, label Ana's shop"
    facts = Facts(OTHER, CUSTOMER, "list of 14:02", NOW, note=note)
    assert "Label     Ana's shop" in [text_of(line) for line in wide_lines(facts, 60)]


def test_a_column_is_never_narrower_than_its_title():
    fields = (
        Field(KEY, "Account", title="ACCOUNT"),
        Field("delivery", "Delivery", Kind.SWITCH, width=4),
        Field("on", "On", Kind.SWITCH, title="ON", width=2),
        Field("postal_code", "Postal code", width=6),
    )
    shown = columns(Provider("narrow", "Narrow", "https://api.example.com", fields, {}), 80, ("postal_code",))
    assert [(column.title, column.width) for column in shown[1:]] == [
        ("POSTAL CODE", 11), ("DELIVERY", 8), ("ON", len("unknown")),
    ]  # fmt: skip
    assert "POSTAL CODE DELIVERY ON" in title_line(shown, "", descending=False)


def test_its_detail_has_its_labels():
    facts = Facts(OTHER, CUSTOMER, "list of 14:02", NOW)
    wide = "\n".join(text_of(line) for line in wide_lines(facts, 60))
    short = [text_of(line) for line in short_lines(facts, 80)]
    assert "Region    eu" in wide
    assert "Plan      not read yet" in wide
    assert "Alive     off      list of 14:02" in wide
    assert len(short) == 7
    assert "Region   eu" in short[0]
    assert "Alive    off" in short[0]
    assert "Plan     not read yet" in short[1]
    assert not {"E-mail", "City", "Website", "Sending"} & set(wide.split())


def test_its_forms_have_its_fields():
    editor = editor_form(OTHER, CUSTOMER, "P", {"region": "global"})
    region, plan = editor.fields
    assert (region.name, region.label, region.kind, region.value, region.start) == (
        "region", "Region", "choice", "eu", "global",
    )  # fmt: skip
    assert region.options == (("eu", "eu"), ("global", "global"))
    assert (plan.name, plan.label, plan.limit, plan.hint) == ("plan", "Plan of sending", 30, "")
    assert editor.lines == ("Account           acc-1",)
    assert not [option for option in copy_menu(SimpleNamespace(provider=OTHER)).options if "e-mail" in option.words]
    create = create_form(OTHER, "P")
    assert [field.name for field in create.fields] == [KEY, "region"]
    assert create.fields[1].options == (("eu", "eu"), ("global", "global"))
    assert create.title == "New account"
    usual = {"read_at": "list of 14:02", "typed": None, "reason_required": False, "now": NOW}
    wake = texts.switch_form(OTHER, Operation.ENABLE, CUSTOMER, "P", **usual)
    assert (wake.title, wake.commit) == ("Wake up", "Wake")
    assert text_of(wake.change).startswith("Alive     off -> on     (list of 14:02")
    assert "It wakes." in wake.lines


def test_a_form_offers_what_the_record_of_a_new_customer_will_show():
    fields = (
        Field(KEY, "Account", at_create=AtCreate.REQUIRED),
        Field("fax", "Fax", at_create=AtCreate.OPTIONAL),
        Field("company", "Company", at_create=AtCreate.ADVISED, is_column=False),
        Field("ip", "IP", at_create=AtCreate.OPTIONAL, is_column=False),
        Field("since", "Since"),
    )
    service = Provider("forms", "Forms", "https://api.example.com", fields, {Operation.CREATE: OTHER_CREATE})
    form = create_form(service, "P")
    assert [(field.name, field.required) for field in form.fields] == [(KEY, True), ("fax", False), ("company", False)]


def test_the_footer_has_what_it_can_do_in_its_own_words():
    def lines(provider):
        return [key.line for key in command_presenter.footer(COMMANDS, ViewState(), provider)]

    assert lines(RESELLER_V2) == ["Enter Edit", "/ Filter", "e Enable", "d Disable", "p Password", "? Help"]
    assert lines(ACCOUNTS_V3) == ["/ Filter", "e Activate", "d Deactivate", "x More", "n New", "? Help"]


def test_its_menus_and_letters_are_its_own(context):
    assert sort_letters(OTHER) == {KEY: "u", "region": "r", "plan": "p", "alive": "a", DETAILS_READ: "d"}
    assert [option.value for option in sort_menu(context).options] == [KEY, "region", "plan", "alive", DETAILS_READ, ""]
    assert website_menu(context).options == []


def test_a_key_of_an_operation_that_it_has_not_answers_with_the_reason(policy):
    why = {
        command.id: command_presenter.why_not(command, ViewState(), policy, has_customer=True) for command in COMMANDS
    }
    assert why["customer.password"] == (
        "Another service has no password - the customer asks for a new one at the vendor's page"
    )
    assert why["website.set"] is not None
    missing = {name for name, reason in why.items() if reason}
    assert missing == {
        "sending.disable", "customer.password", "website.set", "customer.email", "customer.rename", "customer.delete",
        "usage.open", "usage.ranking",
        "customer.credits", "customer.ips", "customer.offerings", "customer.sign-in",
    }  # fmt: skip
    rows = dict(command_presenter.rows(COMMANDS, ViewState(), policy, has_customer=True))
    assert set(rows) == set(BY_ID)
    assert "Another service has no rename" in rows["customer.rename"]
    assert "Wake up           It lives again" in rows["sending.enable"]
    assert ("-alive:on", "not") in filter_words(OTHER)


class Service:
    """The other service, in memory."""

    def __init__(self, *_given: object) -> None:
        self.kept = {one.username: one for one in (CUSTOMER, Customer.of(OTHER, "acc-2", {"region": "global"}))}
        self.sent: list[Call] = []

    async def stream(self):
        yield ListProgress(frame_from(OTHER, self.kept.values()), 100)

    async def find(self, username: str, _enough: float = 0.0) -> Customer | None:
        return self.kept.get(username)

    async def fill(self, customer: Customer, _fields=(), *, background: bool = False) -> Customer:  # noqa: ARG002 - the port's
        return customer.with_values({"plan": customer.text("plan"), DETAILS_READ: "2026-03-04T12:00:00Z"})

    async def offered(self, _field: str, _customer=None) -> tuple[str, ...]:
        return ()

    async def taken_away(self, _call: Call, _customer: Customer) -> tuple[str, ...]:
        return ()

    async def email_of(self, _username: str) -> None:
        return None

    def tell_waits(self, _tell) -> None:
        pass

    def ahead(self) -> None:
        return None

    async def send(self, call: Call) -> Receipt:
        self.sent.append(call)
        self.kept[call.username] = self.kept[call.username].with_values(
            {**call.fields, **OTHER.action(call.operation).sets}
        )
        return Receipt("success")

    async def aclose(self) -> None:
        """Nothing to close."""


async def test_its_customers_are_shown_changed_and_switched_on(at_desk, monkeypatch):
    service = Service()
    monkeypatch.setitem(PROVIDERS, "other", OTHER)
    monkeypatch.setitem(CLIENTS, "other", lambda *_given: service)
    async with at_desk(size=(120, 40), provider="other") as desk:
        painted = "\n".join(desk.screen_text())
        assert {"ACCOUNT", "ALIVE", "REGION"} <= set(painted.split())
        assert "Plan      " in painted
        await desk.press("p")
        await desk.told("Another service has no password - the customer asks")
        await desk.press("w")
        await desk.told("Login: Another service has no way to enable login")
        await desk.press("e")
        await desk.opened("Wake up")
        await desk.read_then()
        await desk.told("Applied")
        await soon("it is on", lambda: desk.main.list.customer.text("alive") == "on")
        await desk.press("enter")
        await desk.opened('Edit "acc-1"')
        await desk.press("right", "tab")
        await desk.write("pro")
        await desk.press("f2")
        await desk.opened("Review changes")
        assert "Call 1 of 1: change plan" in desk.words()
        await desk.read_then()
        await soon("both are sent", lambda: len(service.sent) == 2)
        assert dict(service.sent[1].fields) == {"region": "global", "plan": "pro"}
        await desk.told("-> ")
