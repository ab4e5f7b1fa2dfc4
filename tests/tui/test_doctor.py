"""The doctor on the screen: what the verb finds, and a text to paste."""


async def test_the_doctor_is_found_by_name_and_its_text_can_be_pasted(at_desk, sandbox):
    async with at_desk(size=(120, 40)) as desk:
        await desk.press("colon")
        await desk.opened("Commands")
        await desk.write("doctor")
        await desk.press("enter")
        await desk.opened("Doctor: ")
        text = "\n".join(desk.lines())
        for about in ("terminal", "colours", "locale", "keyring", "config", "ledger", "profile acme"):
            assert f" {about} " in text
        assert sandbox.ready["api_key"] not in text
        await desk.press("c")
        await desk.told("sent to your terminal")
        assert "profile acme" in desk.app.clipboard
