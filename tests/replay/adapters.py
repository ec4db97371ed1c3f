"""Turn the public data sets into recordings: each file's rows as the requests a storefront would have sent.

The mapping is the one that data/README.md beside the sets states. `python -m tests.replay.adapters open_bandit OUT` writes a file.
"""

import argparse
import csv
import gzip
import io
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

EVENT_PATH = "/api/v1/analytics/offer-events"
DATA = Path(os.environ.get("SMPLAT_DATA_DIR") or Path(__file__).resolve().parents[3] / "shared" / "data")
# A click is recorded in the row of its impression; it happened after it.
CLICK_DELAY = timedelta(seconds=1)
REES46_TYPES = {"view": "impression", "cart": "cta_click", "purchase": "accept"}
SESSION = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
REES46_COLUMNS = 9


def request_line(at: datetime, body: object) -> str:
    """One line of a recording."""
    return json.dumps({"at": at.isoformat(), "path": EVENT_PATH, "body": body}, ensure_ascii=False)


def open_bandit_lines(path: Path | None = None) -> Iterator[str]:
    """An impression for every row, and a click where there was one."""
    with gzip.open(path or DATA / "open_bandit" / "impressions.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["occurred_at"])
            event = {
                "offer_slug": f"{row['policy']}-{row['campaign']}",
                "target_slug": row["item_id"],
                "action": f"slot-{row['position']}",
            }
            yield request_line(at, {**event, "event_type": "impression"})
            if row["click"] == "1":
                yield request_line(at + CLICK_DELAY, {**event, "event_type": "cta_click"})


def rees46_lines(path: Path | None = None) -> Iterator[str]:
    """A request for every row; a row that is cut off is passed on as the text it is."""
    carts: defaultdict[str, Decimal] = defaultdict(Decimal)
    at = datetime.now(UTC)
    with gzip.open(path or DATA / "rees46" / "events.csv.gz", "rt", encoding="utf-8", newline="") as file:
        next(file)
        for text in file:
            (row,) = csv.reader(io.StringIO(text))
            if not is_whole(row):
                yield request_line(at, text.rstrip("\n"))
                continue
            at = datetime.strptime(row[0], "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
            yield request_line(at, rees46_event(row, carts))


def is_whole(row: list[str]) -> bool:
    """Whether a row was written to its end."""
    return len(row) == REES46_COLUMNS and SESSION.fullmatch(row[-1]) is not None


def rees46_event(row: list[str], carts: defaultdict[str, Decimal]) -> dict[str, object]:
    """One event; `carts` holds what each session has put into its cart so far."""
    _, kind, product_id, _, category, _, price, _, session = row
    if kind == "cart":
        carts[session] += Decimal(price)
    event: dict[str, object] = {
        "offer_slug": category or "uncategorised",
        "target_slug": product_id,
        "event_type": REES46_TYPES[kind],
        "action": kind,
        "currency": "USD",
    }
    if session in carts:
        event["cart_total"] = str(carts[session])
    return event


ADAPTERS = {"open_bandit": open_bandit_lines, "rees46": rees46_lines}


def write_recording(path: Path, lines: Iterable[str], *, limit: int | None = None) -> Path:
    """Write a recording file, of the first `limit` lines when given."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in islice(lines, limit))
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data_set", choices=ADAPTERS)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    write_recording(arguments.out, ADAPTERS[arguments.data_set]())
