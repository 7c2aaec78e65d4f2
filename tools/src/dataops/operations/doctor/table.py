"""The findings as a table for people, failures first."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dataops.operations.doctor.finding import Finding, State

STYLES = {State.FAILS: "bold red", State.LOOK: "yellow", State.UNREAD: "magenta", State.FINE: "green"}


def print_findings(findings: list[Finding], console: Console) -> None:
    """Print a row for each finding, and one line with the totals."""
    table = Table("", "what", "what was found, and what to do", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.columns[0].no_wrap = True
    for state in State:
        for finding in findings:
            if finding.state is state:
                table.add_row(Text(state.value, STYLES[state]), Text(finding.subject), text_of(finding))
    console.print(table)
    console.print(Text(summary(findings)))


def text_of(finding: Finding) -> Text:
    """Return the sentence, and below it what to do."""
    return Text("\n→ ".join([finding.says, finding.advice] if finding.advice else [finding.says]))


def summary(findings: list[Finding]) -> str:
    """Return the number of findings of each state."""
    counts = {state: sum(finding.state is state for finding in findings) for state in State}
    words = {
        State.FAILS: "will fail", State.LOOK: "to look at", State.UNREAD: "could not be read", State.FINE: "fine",
    }  # fmt: skip
    counted = ", ".join(f"{count} {words[state]}" for state, count in counts.items() if count)
    return f"{counted}." if counted else "Nothing was asked."
