"""Fill a development database with a made-up store."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from tqdm import tqdm

from analytics.sample_store.access import STOREFRONT, ensure_client, ensure_keys, ensure_logins
from analytics.sample_store.goods import ensure_goods
from analytics.sample_store.history import plan_batches
from analytics.sample_store.loading import Loaded, fold_everything, load_batches
from analytics.sample_store.order_plan import plan_orders
from analytics.sample_store.past import Played, play_past
from smplat import clock

LONGEST_DAYS = 180
# Parts of the store. Events and orders do not know each other: two processes may load them side by side.
PARTS = (PEOPLE, EVENTS, ORDERS) = ("people", "events", "orders")
DEFAULT_KEYS_FILE = Path(".smplat") / "demo.json"
# Pages of the demo, and of a storefront under development, may send events with the publishable key.
DEFAULT_ORIGINS = ("http://localhost:8000", "http://127.0.0.1:8000")


@contextmanager
def _unhurried_commits() -> Iterator[None]:
    """Commits are not waited for: what a crash of the server takes is the end of the past, which the next run completes."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        try:
            yield
        finally:
            cursor.execute("RESET synchronous_commit")


class Command(BaseCommand):
    """People, keys, and weeks of offer events and orders, the same for the same seed. A second run adds nothing."""

    help = (
        "Loads the sample store: demo logins, API keys, and weeks of made-up offer events and orders. Development only."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=60, help="how far the past reaches (default 60)")
        parser.add_argument("--seed", type=int, default=7, help="decides everything that is made up (default 7)")
        parser.add_argument(
            "--only", choices=PARTS, help="people and keys, and of the past nothing, only the events or only the orders"
        )
        parser.add_argument("--json", action="store_true", help="print keys and logins as one line of JSON")
        parser.add_argument("--keys-file", type=Path, default=settings.BASE_DIR / DEFAULT_KEYS_FILE)
        parser.add_argument(
            "--origin", action="append", help="page that may use the publishable key, such as http://localhost:8000"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load what is missing.

        Raises:
            CommandError: this is no development environment, or an option makes no sense.
        """
        if not settings.DEVELOPMENT:
            raise CommandError("The sample store has known passwords: it is loaded only where ENVIRONMENT=development.")
        if not 1 <= options["days"] <= LONGEST_DAYS:
            raise CommandError(f"--days is 1 to {LONGEST_DAYS}.")
        now = clock.now()
        origins = tuple(options["origin"] or {*DEFAULT_ORIGINS, settings.API_BASE_URL, settings.FRONTEND_URL})
        logins = ensure_logins()
        keys = ensure_keys(options["keys_file"], origins=origins, now=now)
        past = {"days": options["days"], "seed": options["seed"]}
        with _unhurried_commits():
            loaded = self._load_events(**past) if options["only"] in (None, EVENTS) else Loaded()
            played = self._load_orders(**past) if options["only"] in (None, ORDERS) else Played()
        counts = {**asdict(loaded), **asdict(played)}
        if options["json"]:
            people = [asdict(login) for login in logins]
            self.stdout.write(json.dumps({"keys": asdict(keys), "logins": people, "loaded": counts}))
            return
        for login in logins:
            self.stdout.write(f"login {login.username} / {login.password}")
        self.stdout.write(f"keys of {STOREFRONT} are in {options['keys_file']}")
        self.stdout.write(" ".join(f"{name}={count}" for name, count in counts.items()))

    def _load_events(self, *, days: int, seed: int) -> Loaded:
        """The past ends when the store was first loaded: what follows is live."""
        client = ensure_client(STOREFRONT)
        batches = list(plan_batches(seed=seed, days=days, until=client.created_at))
        total = sum(len(batch.lines) for batch in batches)
        with tqdm(total=total, unit="event", disable=not sys.stderr.isatty()) as bar:
            loaded = load_batches(batches, client_id=client.pk, now=client.created_at, progress=bar.update)
        fold_everything(now=clock.now())
        return loaded

    def _load_orders(self, *, days: int, seed: int) -> Played:
        """Goods, and the orders placed until the store was first loaded, with all that recovery and onboarding did about them."""
        until = ensure_client(STOREFRONT).created_at
        planned = plan_orders(seed=seed, days=days, until=until)
        ensure_goods(now=until - timedelta(days=days))
        with tqdm(total=len(planned), unit="order", disable=not sys.stderr.isatty()) as bar:
            return play_past(planned, seed=seed, until=until, progress=bar.update)
