"""The rows of the comparison, and the page that shows them."""
import dataclasses
import math
import typing

import numpy as np


def difference(ours, theirs):
    """The largest |ours - theirs|, and that relative to the largest finite |theirs|; infinite where the shapes or the
    places of infinities differ, or something is no number."""
    if ours.shape != theirs.shape or ours.size == 0:
        return math.inf, math.inf
    finite = np.isfinite(theirs)
    if not np.array_equal(ours[~finite], theirs[~finite]) or not np.isfinite(ours[finite]).all():
        return math.inf, math.inf
    worst = float(np.abs(ours[finite].astype(np.float64) - theirs[finite]).max(initial=0))
    largest = float(np.abs(theirs[finite]).max(initial=0))
    return worst, worst / largest if worst else 0.0


@dataclasses.dataclass
class Row:
    quantity: str
    reference: str
    worst: float
    relative: float
    limit: float
    of: str  # which of the two the limit is for: "absolute", "relative", or "exact": a count of what is wrong
    arrays: int = 1

    @property
    def passed(self):
        return (self.worst if self.of == "absolute" else self.relative) <= self.limit

    def cells(self):
        exact = self.of == "exact"
        number = lambda value: "0" if value == 0 else f"{value:.0f}" if exact else f"{value:.1e}"
        tolerance = "exact" if exact else f"{self.limit:.0e} {self.of}"
        relative = "" if exact else number(self.relative)
        verdict = ("ok" if self.passed else "**FAILS**") + f" ({tolerance})"
        return [self.quantity, self.reference, str(self.arrays), number(self.worst), relative, verdict]


class Section(typing.NamedTuple):
    title: str
    text: str
    rows: list


HEADINGS = ["quantity", "reference", "arrays", "worst difference", "relative to the largest", "verdict (tolerance)"]


def page(introduction, sections):
    lines = [introduction.strip(), ""]
    for section in sections:
        lines += [f"## {section.title}", "", section.text.strip(), ""]
        lines += ["| " + " | ".join(HEADINGS) + " |", "|---|---|--:|--:|--:|---|"]
        lines += ["| " + " | ".join(row.cells()) + " |" for row in section.rows]
        lines.append("")
    return "\n".join(lines)


def terminal(section):
    cells = [HEADINGS, *(row.cells() for row in section.rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip() for row in cells]
    return "\n".join([f"\n{section.title}", *lines])
