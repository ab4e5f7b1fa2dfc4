"""Plans and jobs in words: reviews, rows, progress. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import accumulate

from rich.cells import cell_len, set_cell_size

from tui_reseller.domain.job import Job, JobItem, JobState
from tui_reseller.domain.operation import Outcome, verb_of
from tui_reseller.domain.plan import Item, Plan, Refusal
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.text import clean, quoted
from tui_reseller.services.creating import TWO_CALLS
from tui_reseller.services.result import Result
from tui_reseller.tui.presenters.detail import folded_lines
from tui_reseller.tui.presenters.entry import OUTCOME, changes_words
from tui_reseller.tui.presenters.header import clock_text, count_text
from tui_reseller.tui.presenters.rows import cut
from tui_reseller.tui.view_state import Hint, Note

SAMPLE, REFUSED = 5, 3
DIALOG, ITEM_NAME = 72, 36
"""Cells of a line in a dialog, and of a username in it."""
TO_DO, IN_FLIGHT = ".", ">"
SIGNS = ("#", "?", "x", TO_DO)
"""In the bar of a job: so as it was wanted, not known, not so, to do."""
HOW = "First 1, then 10, then the rest; it pauses itself on errors."


def plan_lines(provider: Provider, plan: Plan, *, marked: int, changed: int, now: datetime) -> list[str]:
    """Return what a person reads before a plan is applied (interaction 6.6)."""
    count, share = len(plan.items), 100 * plan.share
    first = f"{count_text(count)} of {count_text(plan.total)} ({share:.1f} %)"
    if marked > count:
        first += f", {count_text(marked)} marked"
    if plan.already:
        first += f"; {count_text(plan.already)} dropped: already so"
    lines = [first]
    if plan.hidden:
        lines.append(f"Hidden by the filter: {count_text(len(plan.hidden))}; these come first below")
    if changed:
        lines.append(f"List of {clock_text(plan.read_at, now)}: {count_text(changed)} changed since you marked them")
    lines += [f"note: {clean(warning, longest=150)}" for warning in plan.warnings[:2]]
    lines += [TWO_CALLS] if plan.makes_two_calls else []
    is_reversible = all(provider.action(operation).undo for operation in plan.operations)
    lines.append(f"{HOW} {'Undo: the whole job.' if is_reversible else 'It cannot be undone.'}")
    hidden = frozenset(plan.hidden)
    for item in plan.items[:SAMPLE]:
        lines += _sample(item_line(provider, item, is_hidden=item.username in hidden))
    if count > SAMPLE:
        lines.append(f"  ... {count_text(count - SAMPLE)} more")
    return lines


def _sample(line: str) -> list[str]:
    """Return an item of a plan in as many lines as it needs in a dialog, what it is about below each other."""
    if cell_len(line) <= DIALOG:
        return [f"  {line}"]
    name = set_cell_size(line, ITEM_NAME)
    what = line.removeprefix(name.rstrip()).strip()
    return [f"  {name.rstrip()}", *(f"    {part}" for part in folded_lines(what, DIALOG - 2))]


def item_line(provider: Provider, item: Item, *, is_hidden: bool = False) -> str:
    """Return one item of a plan: whom, before -> after."""
    changes = item.changes(provider) if provider.action(item.operation).is_told_by_fields else ()
    what = changes_words(changes) or verb_of(item.operation)
    if item.then is not None:
        what += ", then " + ", ".join(f"{name} {quoted(text, 40)}" for name, text in item.then.fields.items())
    return clean(f"{cut(clean(item.username), ITEM_NAME)} {what}{'   hidden' if is_hidden else ''}", longest=160)


def item_heads(provider: Provider) -> str:
    """Return the titles of the items of a plan."""
    return f"{provider.by_name[KEY].heading:<{ITEM_NAME}} WHAT"


def result_heads(provider: Provider) -> str:
    """Return the titles of the items of a job."""
    return f"{'OUTCOME':<{OUTCOME}} {item_heads(provider)}"


def result_line(provider: Provider, found: JobItem | Result) -> str:
    """Return one item of a job: outcome, whom, what or why."""
    about = found.item if isinstance(found, JobItem) else found
    word = found.word.capitalize() if isinstance(found, JobItem) else found.outcome.word
    is_plain = found.outcome is None or found.outcome.is_applied
    changes = found.item.changes(provider) if isinstance(found, JobItem) else found.changes
    what = (changes_words(changes) or verb_of(about.operation)) if is_plain else found.message
    return clean(f"{cut(word, OUTCOME)} {cut(clean(about.username), 36)} {what}", longest=300)


WHAT, STATE, BEGAN, WHO, COUNTS = 13, 11, 12, 8, 36
"""The most cells of the verbs, of the state, of when a job began, of who made it, and of its outcomes, of which the
first fit on a narrow screen, too.
"""


def job_table(jobs: Sequence[Job], now: datetime) -> tuple[str, list[str]]:
    """Return the titles of the list of jobs and its lines: columns are as wide as what stands in them, so that where a
    job is from is seen on a narrow screen, too.
    """
    columns = (
        ("WHAT", WHAT, [_verbs(job) for job in jobs]),
        ("STATE", STATE, [job.state.value for job in jobs]),
        ("BEGAN", BEGAN, [clock_text(job.began, now) for job in jobs]),
        ("WHO", WHO, [clean(job.operator.name) for job in jobs]),
        ("CUSTOMERS", COUNTS, [_counts(job) for job in jobs]),
    )
    widths = [min(max(map(cell_len, (head, *texts))), widest) for head, widest, texts in columns]
    return job_heads(*widths), [job_line(job, now, *widths) for job in jobs]


def job_heads(what: int = WHAT, state: int = STATE, began: int = BEGAN, who: int = WHO, counts: int = COUNTS) -> str:
    """Return the titles of the list of jobs."""
    cells = (f"{'WHAT':<{what}}", f"{'STATE':<{state}}", f"{'BEGAN':<{began}}", f"{'WHO':<{who}}")
    return "  ".join((f"{'JOB':>4}", *cells, f"{'CUSTOMERS':<{counts}}", "FROM"))


def job_line(
    job: Job,
    now: datetime,
    what: int = WHAT,
    state: int = STATE,
    began: int = BEGAN,
    who: int = WHO,
    counts: int = COUNTS,
) -> str:
    """Return one line of the list of jobs, below job_heads."""
    cells = (cut(_verbs(job), what), cut(job.state.value, state), cut(clock_text(job.began, now), began))
    about = (cut(clean(job.operator.name), who), cut(_counts(job), counts), f"{job.origin}{_why(job)}")
    return clean("  ".join((f"{job.number:>4}", *cells, *about)), longest=300)


def _verbs(job: Job) -> str:
    return clean(", ".join(job.verbs) or "-")


def _counts(job: Job) -> str:
    return f"{counts_line(job.counts, job.in_flight)} of {count_text(job.total)}"


def title(
    job: Job, counts: Mapping[Outcome | None, int], state: str, rate: float = 0.0, left: float | None = None
) -> str:
    """Return the progress line of a job's page."""
    done = sum(count for outcome, count in counts.items() if outcome is not None)
    speed = f"  {rate:.0f}/s" if rate else ""
    rest = f"  {_left(left)}" if left is not None else ""
    what = f"  {', '.join(job.verbs)}" if job.verbs else ""
    return clean(f"Job {job.number}{what}  {count_text(done)}/{count_text(job.total)}{speed}{rest}  {state}")


def bar(job: Job, counts: Mapping[Outcome | None, int], width: int) -> str:
    """Return a bar of so many cells: a sign for each outcome, and at least one of each that there is."""
    of_sign = dict.fromkeys(SIGNS, 0)
    for outcome, count in counts.items():
        of_sign[_sign(outcome)] += count
    of_sign[TO_DO] += max(job.total - sum(of_sign.values()), 0)
    total, cells = sum(of_sign.values()), ""
    ends = accumulate(of_sign.values())
    for (sign, count), end in zip(of_sign.items(), ends, strict=True):
        cells += sign * (max(width * end // total - len(cells), 1) if count else 0)
    return cells[:width]


def signed_counts(counts: Mapping[Outcome | None, int], in_flight: int = 0) -> str:
    """Return how many items have which outcome, each with its sign in the bar."""
    parts = [f"{_sign(one)} {count_text(count)} {one.word.lower()}" for one, count in counts.items() if one and count]
    parts += [f"{IN_FLIGHT} {count_text(in_flight)} in flight"] if in_flight else []
    waiting = counts.get(None, 0)
    return "   ".join([*parts, f"{TO_DO} {count_text(waiting)} to do"] if waiting else parts) or "nothing to do"


def _sign(outcome: Outcome | None) -> str:
    if outcome is None:
        return TO_DO
    return "#" if outcome.is_so else "?" if outcome.is_open else "x"


def counts_line(counts: Mapping[Outcome | None, int], in_flight: int = 0) -> str:
    """Return how many items have which outcome, how many are in flight elsewhere, and how many are left."""
    parts = [f"{count_text(count)} {outcome.word.lower()}" for outcome, count in counts.items() if outcome and count]
    parts += [f"{count_text(in_flight)} in flight"] if in_flight else []
    waiting = counts.get(None, 0)
    return ", ".join([*parts, f"{count_text(waiting)} to do"] if waiting else parts) or "nothing to do"


def hint(job: Job, *, is_here: bool) -> str:
    """Return the keys of a job's page."""
    if is_here or job.state is JobState.RUNNING:
        return "Space or ctrl+c pause   x s stop   Esc back, the job goes on"
    keys = ["Esc back"]
    if not job.is_finished:
        keys.append("Space go on")
    if job.counts.get(Outcome.REJECTED) or job.counts.get(Outcome.NOT_SENT):
        keys.append("t try the rejected again")
    if job.is_undoable:
        keys.append("u undo the whole job")
    return "   ".join([*keys, "o results to a file"])


def ended(job: Job) -> Note:
    """Return what is said when a job ends or pauses."""
    why = f" ({clean(job.why, longest=120)})" if job.why else ""
    more = "opens it"
    if job.state is JobState.FINISHED and not job.open_unknowns:
        more = "results, undo" if job.is_undoable else "results"
    kept = (Hint("", f"passwords in {clean(job.passwords_to, longest=200)}"),) if job.passwords_to else ()
    failed = any(count for outcome, count in job.counts.items() if outcome and not outcome.is_so)
    return Note(
        f"Job {job.number} {job.state_word}{why}: {counts_line(job.counts, job.in_flight)}",
        "good" if job.is_finished and not failed else "warning",
        (Hint("b", more), *kept),
    )


def undo_lines(refusals: Sequence[Refusal]) -> list[str]:
    """Return what a plan leaves alone: the first ones, and how many more there are."""
    found = [f"left alone: {clean(one.words, longest=120)}" for one in refusals[:REFUSED]]
    more = len(refusals) - REFUSED
    return [*found, f"left alone: {count_text(more)} more"] if more > 0 else found


def _why(job: Job) -> str:
    return f"  ({job.why})" if job.why else ""


def _left(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s left"
    return f"{seconds / 60:.0f} min left"
