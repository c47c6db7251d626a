"""What a check says, for a test to look at."""

from collections.abc import Iterable

from doctor.findings import FAIL, OK, WARN, Finding


def troubles(findings: Iterable[Finding]) -> list[str]:
    """The lines of what is not well; each says what to mend, in a sentence."""
    lines = []
    for finding in findings:
        if finding.grade != OK:
            assert finding.grade in (WARN, FAIL)
            assert finding.mend.endswith((".", ";")), finding
            lines.append(finding.line())
    return lines


def only(findings: Iterable[Finding]) -> str:
    """The one line that is not well."""
    (line,) = troubles(findings)
    return line
