"""The help: a map of every key, and what is typed there finds a command."""

import re
from collections import Counter

import pytest

from tui_reseller.domain.filters import IS_WORDS
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.services.policy import Policy
from tui_reseller.system.clock import SystemClock
from tui_reseller.tui.commands import BY_ID, COMMANDS
from tui_reseller.tui.presenters.commands import why_not
from tui_reseller.tui.presenters.help_map import GROUPS, WORDS, groups, lines, reasons, top_lines
from tui_reseller.tui.presenters.parts import cells_of, text_of
from tui_reseller.tui.view_state import ViewState


def test_every_command_stands_in_one_group():
    assert Counter(name for names in GROUPS.values() for name in names) == Counter(list(BY_ID))


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda one: one.id)
@pytest.mark.parametrize(("width", "columns"), [(116, 3), (76, 2), (56, 2)])
def test_all_of_it_is_there_in_any_width(provider, width, columns):
    found = [*lines(groups(COMMANDS, provider, lambda _: None), width, columns)]
    text = "\n".join(map(text_of, found))
    assert max(map(cells_of, found)) <= width
    assert all(title in text for title in (*GROUPS, "Moving", "In forms", WORDS))
    assert all(f"is:{word}" in text for word in IS_WORDS)
    assert " !" in text


def test_the_context_is_first_and_the_number_of_a_reason_stands_with_what_cannot_be_done():
    for first in (*GROUPS, WORDS):
        found = groups(COMMANDS, PROVIDERS["reseller-v2"], lambda _: "read-only", first)
        assert found[0][0] == first
    assert text_of(dict(found)["With this customer"][0]).endswith(" (1)")
    assert text_of(top_lines(reasons(COMMANDS, PROVIDERS["reseller-v2"], lambda _: "read-only"))[1]) == (
        "(1) now: read-only"
    )


async def test_the_map_turns_into_what_is_typed_and_enter_does_it(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("question_mark")
        await desk.opened("Help")
        assert "With this customer" in "\n".join(desk.screen_text())
        await desk.press("enter")
        assert "Help" in desk.title, "Enter on nothing does nothing"
        top = desk.screen_text()
        await desk.press("pagedown")
        assert desk.screen_text() != top
        await desk.write("undo")
        assert desk.lines()[0].split()[:2] == ["u", "Undo"]
        await desk.press("ctrl+u")
        assert desk.app.screen.is_map
        await desk.write("notific")
        await desk.press("enter")
        await desk.opened("Messages")


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda one: one.id)
def test_what_the_service_has_not_stands_under_one_title_and_in_no_words_of_the_program(provider):
    policy = Policy(Profile("acme", api_user="boss", provider=provider.id), SystemClock())

    def why(command):
        return why_not(command, ViewState(), policy, has_customer=True)

    found = dict(groups(COMMANDS, provider, why))
    lacking = {text_of(row) for row in found[f"Not in {provider.title}"]}
    usual = {text_of(row) for title in GROUPS for row in found[title]}
    assert lacking
    assert not lacking & usual
    assert len(lacking | usual) == len(COMMANDS)
    assert not any(provider.title in row for row in usual)
    reasons = [why(command) or "" for command in COMMANDS]
    assert not any(re.search("[a-z]_[a-z]", reason) for reason in reasons)
