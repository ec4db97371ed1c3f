"""Rows of the result: a figure, the limit taken in the same run, their ratio and the target beside it."""

import json
import platform
import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One measured piece of work."""

    name: str
    unit: str
    ours: float
    limit: float
    limit_is: str
    target: str
    ratio: float
    reached: bool
    details: dict[str, float] = field(default_factory=dict)


def alternate(rounds: int, *measures: Callable[[], float]) -> list[list[float]]:
    """Run each measure in turn, `rounds` times, so that a drift of the machine meets all alike."""
    results: list[list[float]] = [[] for _ in measures]
    for _ in range(rounds):
        for result, measure in zip(results, measures, strict=True):
            result.append(measure())
    return results


def share_row(
    name: str,
    *,
    ours: list[float],
    limit: list[float],
    unit: str,
    limit_is: str,
    at_least: float,
    details: dict[str, float],
) -> Row:
    """A throughput as a share of what the database can do."""
    mine, most = statistics.median(ours), statistics.median(limit)
    ratio = mine / most
    return Row(name, unit, mine, most, limit_is, f"≥ {at_least:.0%}", ratio, ratio >= at_least, details)


def faster_row(name: str, *, ours: list[float], slow: list[float], slow_is: str, at_least: float) -> Row:
    """A time that must be a fraction of another."""
    mine, other = statistics.median(ours), statistics.median(slow)
    ratio = other / mine
    return Row(name, "ms", mine * 1000, other * 1000, slow_is, f"≥ {at_least:g}x faster", ratio, ratio >= at_least)


def within_row(name: str, *, large: list[float], empty: list[float], at_most: float) -> Row:
    """A time that must not grow with the data."""
    mine, other = statistics.median(large), statistics.median(empty)
    ratio = mine / other
    return Row(name, "ms", mine * 1000, other * 1000, "empty database", f"≤ {at_most:g}x", ratio, ratio <= at_most)


def least_row(name: str, *, ours: list[float], unit: str, at_least: float) -> Row:
    """A throughput that has to reach a figure on whatever machine this is."""
    mine = statistics.median(ours)
    ratio = mine / at_least
    return Row(name, unit, mine, at_least, "the target itself", f"≥ {at_least:,.0f}", ratio, ratio >= 1)


def print_rows(rows: list[Row]) -> None:
    """The table."""
    width = max(len(row.name) for row in rows)
    print(f"{'work':<{width}}  {'ours':>12}  {'limit':>12}  {'unit':<9} {'ratio':>8}  {'target':<13} reached  limit is")
    for row in rows:
        ratio = f"{row.ratio:.1%}" if row.ratio < 1.5 and row.target.endswith("%") else f"{row.ratio:.2f}x"
        print(
            f"{row.name:<{width}}  {row.ours:>12,.1f}  {row.limit:>12,.1f}  {row.unit:<9} {ratio:>8}  {row.target:<13} "
            f"{'yes' if row.reached else 'NO':<7}  {row.limit_is}"
        )
        if row.details:
            print(" " * width + "  " + ", ".join(f"{name} {value:,.1f}" for name, value in row.details.items()))


def write_json(rows: list[Row], directory: Path) -> Path:
    """Keep the figures."""
    directory.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    path = directory / f"{now:%Y%m%d-%H%M%S}.json"
    machine = {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()}
    path.write_text(json.dumps({"at": now.isoformat(), **machine, "rows": [asdict(row) for row in rows]}, indent=2))
    return path
