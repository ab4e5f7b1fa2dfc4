"""What is said of rows that are not taken: the same words from every door, and never thousands of lines."""

from collections.abc import Sequence

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.plan import Refusal

SHOWN = 20


def finding_lines(findings: Sequence[Refusal]) -> list[str]:
    """Return the first findings as lines, and how many more there are."""
    found = [finding.words for finding in findings[:SHOWN]]
    more = len(findings) - SHOWN
    return [*found, f"... and {more:,} more"] if more > 0 else found


def rows_with(findings: Sequence[Refusal]) -> int:
    """Return in how many rows something was found; what stands in no file counts by itself."""
    lines = {finding.line for finding in findings if finding.line}
    return len(lines) + sum(not finding.line for finding in findings)


def refuse_findings(findings: Sequence[Refusal]) -> None:
    """Raise InvalidInput with what was found, unless it is nothing."""
    if findings:
        hint = "nothing was sent"
        if all(finding.is_doubtful for finding in findings):
            hint += "; --accept-doubtful takes such cells as they are"
        raise InvalidInput("\n".join(finding_lines(findings)), field=findings[0].column, hint=hint)
