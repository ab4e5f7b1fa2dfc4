"""When a commit counts, on a clock that the test turns."""

import pytest

from tui_reseller.tui.commit_guard import CommitGuard, KeyTimes


class Clock:
    def __init__(self):
        self.time = 100.0

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


def pressed(guard, clock, *times_and_keys):
    for time, key in times_and_keys:
        clock.time = time
        guard.key(key)
    return guard.allows()


def test_a_form_that_was_never_painted_commits_nothing(clock):
    guard = CommitGuard(clock)
    assert not pressed(guard, clock, (200, "f2"))


@pytest.mark.parametrize(("after", "counts"), [(0.1, False), (0.49, False), (0.51, True), (60, True)])
def test_half_a_second_is_needed_to_read(clock, after, counts):
    guard = CommitGuard(clock)
    guard.painted()
    assert pressed(guard, clock, (100 + after, "f2")) is counts


@pytest.mark.parametrize(("gap", "counts"), [(0.03, False), (0.24, False), (0.26, True)])
def test_a_held_or_bouncing_key_does_not_commit(clock, gap, counts):
    guard = CommitGuard(clock)
    guard.painted()
    assert pressed(guard, clock, (101, "f2"), (101 + gap, "f2")) is counts


@pytest.mark.parametrize(("gap", "counts"), [(0.001, False), (0.029, False), (0.031, True)])
def test_a_key_in_a_paste_does_not_commit(clock, gap, counts):
    guard = CommitGuard(clock)
    guard.painted()
    assert pressed(guard, clock, (101, "x"), (101 + gap, "ctrl+s")) is counts


@pytest.mark.parametrize("begins", [0.25, 0.4, 0.5, 0.66, 0.9])
def test_a_key_held_since_the_form_before_does_not_commit_whenever_it_begins_to_repeat(clock, begins):
    guard = CommitGuard(clock, ("ctrl+s", 100.0))
    clock.time = 100.05
    guard.painted()
    repeats = [(100 + begins + 0.033 * number, "ctrl+s") for number in range(100)]
    assert not any(pressed(guard, clock, repeat) for repeat in repeats)


def test_the_same_key_counts_when_it_was_let_go(clock):
    guard = CommitGuard(clock, ("ctrl+s", 100.0))
    guard.painted()
    assert pressed(guard, clock, (101.1, "ctrl+s"))


def test_another_key_than_the_one_before_the_form_counts_after_reading(clock):
    guard = CommitGuard(clock, ("ctrl+s", 100.0))
    guard.painted()
    assert pressed(guard, clock, (100.55, "f2"))


def test_what_was_typed_while_the_program_was_stopped_commits_no_form(clock):
    keys = KeyTimes(clock)
    form, question = keys.new_guard(), keys.new_guard()
    for guard in (form, question):
        guard.painted()
    clock.time = 200.0
    keys.all_hidden()
    for time, counts in ((300.0, False), (300.4, False), (300.7, True)):
        clock.time = time
        keys.hear(f"f{time}")
        assert (form.allows(), question.allows()) == (counts, counts)
        if time == 300.0:
            keys.all_painted()


async def test_what_is_typed_while_the_program_stands_still_commits_no_form(at_desk, someone, monkeypatch):
    """It arrives when the shell lets the program go on, before anything is painted."""
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.pilot.pause(desk.reading)
        monkeypatch.setattr("os.killpg", lambda *_: None)
        monkeypatch.setattr(type(desk.app._driver), "can_suspend", True)
        desk.app.suspend_process()
        desk.send("f2")
        await desk.pilot.pause()
        assert "too fast" in desk.problem
        assert desk.sandbox.log() == []
        desk.app.resumed()
        await desk.read_then("f2")
        await desk.applied(("disable", name))
