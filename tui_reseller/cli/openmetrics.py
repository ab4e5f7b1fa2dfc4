"""Figures in the text format of OpenMetrics 1.0, which collectors of Prometheus read from a folder, too. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui_reseller.domain.exact_text import spelt_out

PREFIX = "tui_reseller_"
END = "# EOF\n"
_IN_LABEL = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


@dataclass(frozen=True, slots=True)
class Gauge:
    """One family of figures: a name of ours, what it is, and each figure with its labels."""

    name: str
    help: str
    figures: Sequence[tuple[Mapping[str, str], float]]


def exposition(gauges: Iterable[Gauge]) -> str:
    """Return the whole text, with its end. A family without figures is left out."""
    return "".join(_family(gauge) for gauge in gauges if gauge.figures) + END


def _family(gauge: Gauge) -> str:
    name = PREFIX + gauge.name
    lines = [f"# TYPE {name} gauge", f"# HELP {name} {gauge.help}"]
    lines += [f"{name}{{{_labels(labels)}}} {_figure(value)}" for labels, value in gauge.figures]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    """Return labels as they stand between the braces. Signs that are not seen are spelt out as in CSV: such a username
    can neither end its line nor act on a terminal, and is read back from it.
    """
    return ",".join(f'{name}="{spelt_out(value).translate(_IN_LABEL)}"' for name, value in labels.items())


def _figure(value: float) -> str:
    return str(value) if isinstance(value, int) else repr(float(value))
