"""What was measured, as a table for people and as JSON for machines."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

from measure import own_peak

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from measure import Run

COLUMNS = ("", "median", "from .. to", "runs", "cpu", "largest", "objects/s")


@dataclass
class Row:
    """One thing that was measured, some times."""

    name: str
    runs: Sequence[Run] = ()
    objects: int = 0
    """How many objects a run deals with; 0 where that says nothing."""
    note: str = ""

    @property
    def wall(self) -> float:
        """The median, in seconds."""
        return median(run.wall for run in self.runs)

    @property
    def rate(self) -> float:
        """Objects a second."""
        return self.objects / self.wall

    def cells(self) -> tuple[str, ...]:
        """As the columns of the table want it."""
        if not self.runs:
            return (self.name, "-", "", "", "", "", "")
        walls = [run.wall for run in self.runs]
        return (
            self.name,
            time_text(self.wall),
            f"{time_text(min(walls))} .. {time_text(max(walls))}" if len(walls) > 1 else "",
            str(len(walls)),
            time_text(median(run.user + run.system for run in self.runs)),
            _memory(max(run.peak for run in self.runs)),
            f"{self.rate:,.0f}" if self.objects else "",
        )

    def document(self) -> dict[str, Any]:
        """Every number of it."""
        runs = [{k: v for k, v in asdict(run).items() if k != "text"} for run in self.runs]
        found: dict[str, Any] = {"name": self.name, "note": self.note, "runs": runs}
        if self.runs:
            found["median"] = self.wall
        if self.runs and self.objects:
            found |= {"objects": self.objects, "objectsPerSecond": self.rate}
        return found


@dataclass
class Section:
    """Rows that belong together."""

    title: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def text(self) -> str:
        """For people."""
        lines = [self.title, "-" * len(self.title)]
        if self.rows:
            lines += aligned([COLUMNS, *(row.cells() for row in self.rows)], self._remarks())
        return "\n".join([*lines, *(f"  {note}" for note in self.notes), ""])

    def _remarks(self) -> list[str]:
        return ["", *(row.note for row in self.rows)]

    def document(self) -> dict[str, Any]:
        """For machines."""
        rows = [row.document() for row in self.rows]
        return {"title": self.title, "notes": self.notes, "rows": rows}


@dataclass
class Shares:
    """Where the time of some commands goes, step by step."""

    title: str
    steps: Sequence[str]
    columns: Mapping[str, Mapping[str, float]]
    """By command: the seconds of each step."""
    notes: list[str] = field(default_factory=list)

    def text(self) -> str:
        """For people: seconds and shares."""
        rows = [("", *self.columns)]
        for step in self.steps:
            found = [self.columns[name].get(step, 0.0) for name in self.columns]
            totals = [sum(self.columns[name].values()) for name in self.columns]
            cells = (
                f"{time_text(one)} {one / all_:4.0%}"
                for one, all_ in zip(found, totals, strict=True)
            )
            rows.append((step, *cells))
        rows.append(("total", *(time_text(sum(each.values())) for each in self.columns.values())))
        lines = [self.title, "-" * len(self.title), *aligned(rows, [""] * len(rows))]
        return "\n".join([*lines, *(f"  {note}" for note in self.notes), ""])

    def document(self) -> dict[str, Any]:
        """For machines: seconds."""
        columns = {name: dict(found) for name, found in self.columns.items()}
        return {"title": self.title, "notes": self.notes, "seconds": columns}


def _memory(size: int) -> str:
    """Of a child, the kernel never tells less than its parent held when it was started."""
    floor = own_peak()
    return f"< {floor / 1e6:,.0f} MB" if size <= floor else f"{size / 1e6:,.0f} MB"


def ratio(runs: Sequence[Run], others: Sequence[Run]) -> float:
    """How many times as long as its neighbour among the others a run takes, as the median."""
    return median(one.wall / other.wall for one, other in zip(runs, others, strict=True))


def time_text(seconds: float) -> str:
    """In the unit that a person would choose."""
    if seconds < 0.1:
        return f"{seconds * 1000:.1f} ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def aligned(rows: Sequence[Sequence[str]], remarks: Sequence[str]) -> list[str]:
    """Columns under each other, the first to the left, and a remark at the end of each line."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for (name, *cells), remark in zip(rows, remarks, strict=True):
        right = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        lines.append("  ".join([name.ljust(widths[0]), *right, remark]).rstrip())
    return lines
