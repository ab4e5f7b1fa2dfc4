"""What can be clicked: titles sort, keys in the footer act, a second click opens. No click changes anything."""

from tests.harness.waiting import soon


async def test_a_title_sorts_and_turns_round(at_desk, someone):
    someone("aa-first"), someone("zz-last")
    async with at_desk() as desk:
        await desk.is_quiet()
        await desk.pilot.click("#titles", offset=(6, 0))
        await soon("sorted", lambda: desk.state.sort == "username" and not desk.state.descending)
        await desk.pilot.click("#titles", offset=(6, 0))
        await soon("turned round", lambda: desk.state.descending)
        at = desk.screen_text()[2].index("E-MAIL")
        await desk.pilot.click("#titles", offset=(at, 0))
        await soon("by e-mail", lambda: desk.state.sort == "email" and not desk.state.descending)
        await soon("remembered", lambda: desk.services.views.layout("acme").sort == "email")


async def test_keys_of_the_footer_act(at_desk, someone, sandbox):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        line = desk.screen_text()[-1]
        await desk.pilot.click("#footer", offset=(line.index("Disable"), 0))
        await desk.opened("Disable sending")
        await desk.press("escape")
        await soon("closed", lambda: desk.dialog is None)
        await desk.pilot.click("#footer", offset=(line.index("Filter"), 0))
        await soon("the filter", lambda: desk.main.focused is desk.main.filter)
        await desk.pilot.click("#footer", offset=(desk.screen_text()[-1].index("F1"), 0))
        await desk.opened("Help")
        assert sandbox.log() == []


async def test_a_second_click_opens_the_editor(at_desk, someone, sandbox):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        row = desk.main.list.cursor - desk.main.list.scroll_offset.y
        await desk.pilot.click("#list", offset=(8, row))
        await desk.pilot.pause()
        assert desk.dialog is None
        await desk.pilot.click("#list", offset=(8, row), times=2)
        await desk.opened(f'Edit "{name}"')
        assert sandbox.log() == []
