"""A secret that leaves through no door but one."""

import copy
import dataclasses
import json
import logging
import pickle
import traceback

import pytest

from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.secret import MASK, Secret

CANARY = "canary-hunter2"
SECRET = Secret(CANARY)

TEXTS = {
    "repr": repr,
    "str": str,
    "format": "{}".format,
    "format with a width": "{:>40}".format,
    "f-string": lambda secret: f"{secret}{secret!r}{secret!s}{secret:x}",
    "percent": lambda secret: "%s %r" % (secret, secret),  # noqa: UP031 - one of the ways a text is made
    "in a list": lambda secret: repr([secret]),
    "in a call": lambda secret: repr(Call(Operation.PASSWORD, "user1", password=secret)),
    "in an error": lambda secret: str(ValueError(secret)),
    "in a log": lambda secret: logging.LogRecord("x", 1, "x", 1, "%s", (secret,), None).getMessage(),
    "json with a default": lambda secret: json.dumps({"key": secret}, default=str),
}


@pytest.mark.parametrize("way", TEXTS.values(), ids=TEXTS)
def test_a_secret_shows_a_mask_in_every_text(way):
    shown = way(SECRET)
    assert MASK in shown
    assert CANARY not in shown


@pytest.mark.parametrize(
    "way",
    [pickle.dumps, lambda s: pickle.dumps(s, 0), json.dumps, copy.copy, copy.deepcopy, vars,
     lambda s: dataclasses.asdict(Call(Operation.PASSWORD, "user1", password=s))],
)  # fmt: skip
def test_a_secret_is_not_written_anywhere(way):
    with pytest.raises(TypeError) as caught:
        way(SECRET)
    assert CANARY not in str(caught.value)


def test_a_traceback_with_local_variables_does_not_show_a_secret():
    def fail(key):
        raise RuntimeError(f"refused {key}")

    with pytest.raises(RuntimeError) as caught:
        fail(SECRET)
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "key = " + MASK in shown
    assert CANARY not in shown


def test_only_reveal_gives_the_value():
    assert SECRET.reveal() == CANARY


def test_secrets_compare_by_their_value_and_with_secrets_only():
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert hash(Secret("a")) != hash("a")


def test_an_empty_secret_is_false():
    assert not Secret("")
    assert Secret("x")
    assert len(Secret("abc")) == 3
