"""The least Textual application, showing a text: what Textual itself costs."""

import sys

from textual.app import App
from textual.widgets import Static


class Bare(App[None]):
    def compose(self):
        yield Static(sys.argv[1])


Bare().run()
