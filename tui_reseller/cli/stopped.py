"""The end of a command by a signal, as a value that every module may know without an event loop."""


class Stopped(BaseException):
    """The command ends because of a signal. No error: nothing catches it but the outermost edge."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number
