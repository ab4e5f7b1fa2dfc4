"""What filters and orders mean, as plainly as it can be said: the model for the list, and a list for other tests."""

import re

from tests.harness.v2 import DETAIL_FIELDS, SEARCHED, SWITCH_FIELDS
from tui_reseller.domain.note import NO_NOTES
from tui_reseller.domain.searching import canonical, folded
from tui_reseller.domain.switch import Switch


def matches(filter_, customer, is_word=lambda _word, _customer: False, notes=NO_NOTES):
    """Whether a customer fulfils all terms."""
    return all(_holds(term, customer, is_word, notes) != term.negated for term in filter_.terms)


def _noted(term, note):
    """Whether a term that asks for notes holds: of two texts one is enough, unless empty ones are wanted."""
    if term.kind == "is":
        return note is not None
    label, text = (note.label, note.text) if note else ("", "")
    texts = [label, text] if term.field == "note" else [label]
    match term.kind:
        case "contains":
            return any(term.text in folded(one.replace("\n", " ")) for one in texts)
        case "equals":
            return (any if term.text else all)(canonical(one) == term.text for one in texts)
        case _:
            return any(re.search(term.text, one, re.IGNORECASE) for one in texts)


def _holds(term, customer, is_word, notes):
    if term.is_of_notes:
        return _noted(term, notes.of(customer))
    text = customer.text(term.field) if term.field else ""
    match term.kind:
        case "word":
            return any(term.text in folded(customer.text(name)) for name in SEARCHED)
        case "contains":
            return term.text in folded(text)
        case "equals":
            return canonical(text) == term.text
        case "regex":
            return bool(re.search(term.text, text, re.IGNORECASE))
        case "state":
            return text == term.text
        case _:
            return is_word(term.text, customer)


def is_word(customers, context, new=(), changed=()):
    """Answer the is: words, which need more than the customer."""

    def holds(word, customer):
        if word == "missing-data":
            return any(not customer.text(name) for name in ("email", *DETAIL_FIELDS))
        if word == "duplicate-email":
            same = [other for other in customers if other.text("email").lower() == customer.text("email").lower()]
            return bool(customer.text("email")) and len(same) > 1
        names = {
            "marked": context.marked,
            "needs-you": context.needs_you,
            "suspended": context.suspended,
            "new": new,
            "changed": changed,
        }
        return customer.username in names[word]

    return holds


def answered(customers, question, new=(), changed=()):
    """Return the customers that a question shows, in order."""
    holds = is_word(customers, question.context, new, changed)
    found = [customer for customer in customers if matches(question.filter, customer, holds, question.context.notes)]
    if not question.sort:
        return found[::-1] if question.descending else found

    def text(customer):
        unknown = question.sort in SWITCH_FIELDS and customer.switch(question.sort) is Switch.UNKNOWN
        return "" if unknown else customer.text(question.sort).lower()

    present = sorted((c for c in found if text(c)), key=text)
    return (present[::-1] if question.descending else present) + [c for c in found if not text(c)]
