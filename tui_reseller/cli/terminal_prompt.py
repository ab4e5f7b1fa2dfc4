"""A prompt at the terminal: nobody answers it before it could be read, and a hidden answer stays hidden.

Keys that came before the prompt are discarded: of two pasted lines the second would answer what nobody has seen. So is
the typed part of a hidden answer that is interrupted: the shell would show it, run it and keep it.
Ctrl-Z gives the shell its terminal as it was; when the command continues, the prompt is shown again, and what is typed
is hidden again.
"""

import errno
import os
import select
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from tui_reseller.cli.stopped import Stopped
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.services.policy import READ_SECONDS

MOST_TOO_FAST = 10
"""Answers in a row that may come too fast; after them no person is assumed to be there."""
TOO_FAST = "That came before the question could be read: it does not count."
_LONGEST = 4095
"""Bytes of a line, its end included, that a terminal hands on; it drops the rest without a word."""
_FLAGS = 3
"""Where the settings of a terminal say whether it echoes."""
_POLL_MS = 100
"""Milliseconds within which a signal is acted on."""
_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class _Resumed(Exception):
    """The command was stopped and goes on."""


def visible(prompt: str, write: Callable[[str], None]) -> str:
    """Return a line that was typed when somebody could have read the prompt; "" at the end of input.

    Write shows a text and returns when it has been shown. Raises InvalidInput for a line that did not come whole.
    """
    for _ in range(MOST_TOO_FAST):
        line, took = _Terminal(write, is_hidden=False).answer(prompt)
        if not line or took >= READ_SECONDS:
            return line.rstrip("\r\n")
        time.sleep(READ_SECONDS - took)  # what comes meanwhile, as from a key that is held, is thrown away too
        write(f"{TOO_FAST}\n")
    return ""


def hidden(prompt: str, write: Callable[[str], None]) -> str:
    """Return a line that was typed without echo; "" at the end of input. Raises InvalidInput as visible() does."""
    line, _ = _Terminal(write, is_hidden=True).answer(prompt)
    return line.rstrip("\r\n")


class _Terminal:
    """The terminal at stdin for one answer. Afterwards it is as it was, however the answer ends."""

    def __init__(self, write: Callable[[str], None], *, is_hidden: bool) -> None:
        self._write = write
        self._handle = sys.stdin.fileno()
        self._is_hidden = is_hidden
        self._before = termios.tcgetattr(self._handle)

    def answer(self, prompt: str) -> tuple[str, float]:
        """Return a line with its end, and how many seconds after the prompt it came."""
        line = ""
        try:
            with self._held():
                while True:
                    try:
                        if self._is_hidden:
                            self._set(self._before[_FLAGS] & ~termios.ECHO)
                        self._write(prompt)
                        termios.tcflush(self._handle, termios.TCIFLUSH)
                        shown = time.monotonic()
                        line = self._line()
                        return line, time.monotonic() - shown
                    except _Resumed:
                        continue  # what was typed so far went with the stop
        finally:
            if self._is_hidden or not line:
                self._write("\n")

    def _line(self) -> str:
        found = b""
        while not found.endswith(b"\n") and (piece := self._read()):
            found += piece
        if len(found) >= _LONGEST:
            raise InvalidInput("a terminal takes no line as long as this: hand it in by stdin or a file")
        try:
            return found.decode(sys.stdin.encoding)
        except UnicodeDecodeError:
            raise InvalidInput(f"what was typed is not {sys.stdin.encoding.upper()}") from None

    def _read(self) -> bytes:
        waiting = select.poll()
        waiting.register(self._handle, select.POLLIN)
        try:
            while not waiting.poll(_POLL_MS):
                pass  # a signal that the kernel gave to another thread is acted on here, and would not end a read
            return os.read(self._handle, _LONGEST + 1)
        except OSError as error:
            if error.errno == errno.EIO:  # the terminal is gone
                return b""
            raise

    @contextmanager
    def _held(self) -> Iterator[None]:
        former = {number: signal.signal(number, handler) for number, handler in self._handlers().items()}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)
            self._give_back()

    def _handlers(self) -> dict[signal.Signals, Callable[[int, FrameType | None], object]]:
        """Return what is done at signals that nobody else has taken."""
        if threading.current_thread() is not threading.main_thread():
            return {}
        wanted = {signal.SIGTSTP: self._stop, signal.SIGCONT: self._go_on, **dict.fromkeys(_ENDING, self._end)}
        return {number: does for number, does in wanted.items() if signal.getsignal(number) is signal.SIG_DFL}

    def _stop(self, number: int, _frame: FrameType | None) -> NoReturn:
        self._give_back()
        taken = {each: signal.signal(each, signal.SIG_DFL) for each in (signal.SIGCONT, number)}
        signal.raise_signal(number)  # here it stops; where no shell could wake it, it does not
        for each, handler in taken.items():
            signal.signal(each, handler)
        raise _Resumed

    @staticmethod
    def _go_on(_number: int, _frame: FrameType | None) -> NoReturn:
        raise _Resumed

    @staticmethod
    def _end(number: int, _frame: FrameType | None) -> NoReturn:
        raise Stopped(number)

    def _give_back(self) -> None:
        """Let the terminal echo again, without what was typed unseen, unless it is the shell's or gone by now."""
        try:
            if self._is_hidden and os.tcgetpgrp(self._handle) == os.getpgrp():
                self._set(self._before[_FLAGS], termios.TCSAFLUSH)
        except (OSError, termios.error):
            return

    def _set(self, flags: int, when: int = termios.TCSADRAIN) -> None:
        """Change the terminal. In the background that stops the command until the shell brings it back."""
        wanted = self._before.copy()
        wanted[_FLAGS] = flags
        while True:
            try:
                termios.tcsetattr(self._handle, when, wanted)
            except termios.error as error:
                if error.args[0] != errno.EINTR:
                    raise
            else:
                return
