"""The manual page, made from the parser's own help: what a verb's --help says, the page says in the same words."""

import re
from collections.abc import Iterable, Iterator
from inspect import cleandoc
from textwrap import wrap

import click

from tui_reseller import __version__
from tui_reseller.cli.exit_codes import MEANINGS
from tui_reseller.cli.main import PROGRAM, VERBS, root, verbs
from tui_reseller.cli.options import is_writing, writing_options

_WIDTH = 72
_ENVIRONMENT = (
    ("TUI_RESELLER_PROFILE", "The profile to use, where --profile names none."),
    (
        "TUI_RESELLER_BASE_URL, TUI_RESELLER_API_USER, TUI_RESELLER_API_KEY, TUI_RESELLER_CREDENTIAL_FILE",
        "Together a profile of their own, for scripts. They are not handed on to other programs.",
    ),
    ("VISUAL, EDITOR", "The editor of config edit, and of a reason or a note (ctrl+o in a form)."),
    ("NO_COLOR", "If it is set, the screen has no colours."),
    ("XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME", "Where the folders below are, if not at the usual place."),
)
_FILES = (
    ("~/.config/tui-reseller/config.toml", "Profiles, settings and keys. No key of a service is in it."),
    ("~/.local/state/tui-reseller/", "The audit log with its jobs, plans, drafts, the log."),
    ("~/.cache/tui-reseller/", "The last list of each account. It can be deleted at any time."),
)


def page() -> str:
    """Return the page as man(7) macros."""
    found = [*_head(), *_options(), *_all_verbs()]
    found += [".SH EXIT STATUS", *_pairs((str(int(code)), words) for code, words in MEANINGS.items())]
    found += [".SH ENVIRONMENT", *_pairs(_ENVIRONMENT), ".SH FILES", *_pairs(_FILES)]
    found += [".SH SEE ALSO", *_wrapped("The documents of the program: README.md, docs/commands.md, docs/keys.md.")]
    return "\n".join(found) + "\n"


def _head() -> Iterator[str]:
    yield f'.TH {PROGRAM.upper()} 1 "" "TUI Reseller {__version__}" "User Commands"'
    yield from (".ad l", ".nh")
    yield from (".SH NAME", rf"{_plain(PROGRAM)} \- look after the customers of an e-mail reseller account")
    yield from (".SH SYNOPSIS", f".B {_plain(PROGRAM)}", ".RI [ options ]", ".br", f".B {_plain(PROGRAM)}")
    yield '.RI [ options "] " verb " [" arguments ]'
    yield from (".SH DESCRIPTION", *_help(root))


def _options() -> Iterator[str]:
    yield ".SH OPTIONS"
    yield from _wrapped("Those that stand before a verb, or alone. All but the last ones are taken by every verb, too.")
    yield from _of(root.params)
    yield from (".SS Options of every verb that changes customers", *_of(writing_options()))


def _all_verbs() -> Iterator[str]:
    said = {option for one in (*root.params, *writing_options()) for option in one.opts}
    sections = {verb.name: verb.section for verb in VERBS}
    last = ""
    for path, command, _ in verbs():
        if sections[path[0]] != last:
            last = sections[path[0]]
            yield f".SH {_text(last.upper())}"
        context = click.Context(command, info_name=" ".join((PROGRAM, *path)))
        usage = " ".join([*path, *(piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]")])
        yield f".SS {_text(usage)}"
        yield from _help(command)
        if is_writing(command):
            yield from (".PP", _text("It changes customers, and takes the options of such verbs."))
        yield from _of(
            one for one in command.params if isinstance(one, click.Argument) or not said.issuperset(one.opts)
        )


def _help(command: click.Command) -> Iterator[str]:
    """Yield a help text: its paragraphs, and its examples as they are."""
    text = cleandoc((command.help or "").replace("\b\n", ""))
    words, _examples, lines = text.partition("\nExamples:\n")
    for number, paragraph in enumerate(filter(None, (part.strip() for part in words.split("\n\n")))):
        yield from ([".PP"] if number else [])
        yield from _wrapped(paragraph)
    if lines:
        yield from (".PP", "Examples:", ".PP", ".nf", ".RS 4")
        yield from (_text(line.strip()) for line in lines.splitlines() if line.strip())
        yield from (".RE", ".fi")


def _of(parameters: Iterable[click.Parameter]) -> Iterator[str]:
    found = [one for one in parameters if isinstance(one, click.Option) and not one.hidden]
    for option in found:
        record = option.get_help_record(click.Context(root))
        if record is not None:
            yield from _pairs([record])


def _pairs(found: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, words in found:
        yield from (".TP", f".B {_quoted(name)}", *_wrapped(words))


def _wrapped(words: str) -> Iterator[str]:
    """Yield a paragraph in lines that a person can read, too."""
    yield from map(_text, wrap(" ".join(words.split()), _WIDTH, break_long_words=False, break_on_hyphens=False))


def _quoted(text: str) -> str:
    return f'"{_plain(text)}"' if " " in text else _plain(text)


def _text(text: str) -> str:
    """Return a line of text: what begins as a request of roff is none."""
    plain = _plain(text)
    return rf"\&{plain}" if re.match(r"[.']", plain) else plain


def _plain(text: str) -> str:
    """Return text in which every sign is itself, also where somebody copies it."""
    found = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("`", r"\(ga")
    return found.replace("^", r"\(ha").replace("~", r"\(ti").replace('"', r"\(dq").replace("|", r"|\:")
