"""Believable live traffic for a platform that nobody shops at yet."""

import signal
from argparse import ArgumentParser
from random import Random, SystemRandom
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.storefront.client import StorefrontClient
from analytics.storefront.order_traffic import OrderTraffic
from analytics.storefront.simulator import KeyRefused, Simulator
from analytics.storefront.tally import Tally
from analytics.storefront.traffic import Traffic
from smplat import clock

DEFAULT_EVENTS_PER_SECOND = 3.0
# Beyond this it would be a load test; `replay` and the benchmarks are for that.
HIGHEST_EVENTS_PER_SECOND = 50.0
DEFAULT_ORDERS_PER_MINUTE = 1.0
HIGHEST_ORDERS_PER_MINUTE = 60.0
TIMEOUT_SECONDS = 10.0


class Command(BaseCommand):
    """Post made-up shoppers' events and orders over HTTP until stopped. Needs no database: it is a client like any other."""

    help = "Posts believable storefront traffic through the public API until it is stopped (Ctrl-C or SIGTERM)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--base-url", required=True, help="where the platform answers, such as http://127.0.0.1:8000"
        )
        parser.add_argument("--key", required=True, help="API key with the scopes events:write and orders:write")
        parser.add_argument(
            "--rate",
            type=float,
            default=DEFAULT_EVENTS_PER_SECOND,
            help=f"events a second on average (default {DEFAULT_EVENTS_PER_SECOND:g}); evenings are busier than nights",
        )
        parser.add_argument(
            "--orders-per-minute",
            type=float,
            default=DEFAULT_ORDERS_PER_MINUTE,
            help=f"orders a minute of the sample store's goods (default {DEFAULT_ORDERS_PER_MINUTE:g}); 0 sends none",
        )
        parser.add_argument("--seed", type=int, help="makes the shoppers repeatable")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run until told to stop, then print what was sent.

        Raises:
            CommandError: an option makes no sense, or the platform refuses the key.
        """
        if not 0 < options["rate"] <= HIGHEST_EVENTS_PER_SECOND:
            raise CommandError(f"--rate is more than 0 and at most {HIGHEST_EVENTS_PER_SECOND:g} events a second.")
        if not 0 <= options["orders_per_minute"] <= HIGHEST_ORDERS_PER_MINUTE:
            raise CommandError(f"--orders-per-minute is from 0 to {HIGHEST_ORDERS_PER_MINUTE:g}.")
        if not options["base_url"].startswith(("http://", "https://")):
            raise CommandError("--base-url must start with http:// or https://.")
        stopped = Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        try:
            self._print_summary(self._simulate(options, stopped))
        except KeyRefused as refused:
            raise CommandError(f"The platform refuses the key: {refused}") from refused

    def _simulate(self, options: dict[str, Any], stopped: Event) -> Tally:
        chance = Random(options["seed"]) if options["seed"] is not None else SystemRandom()  # noqa: S311 - made-up shoppers
        now, per_minute = clock.now(), options["orders_per_minute"]
        traffic = Traffic(chance=chance, rate=options["rate"], now=now)
        orders = OrderTraffic(chance=chance, per_minute=per_minute, now=now) if per_minute else None
        client = StorefrontClient(
            base_url=options["base_url"],
            key=options["key"],
            retries=0,
            timeout_seconds=TIMEOUT_SECONDS,
            pause=stopped.wait,
        )
        with client:
            simulator = Simulator(
                traffic=traffic,
                client=client,
                stopped=stopped,
                read_clock=clock.now,
                notice=self.stderr.write,
                orders=orders,
            )
            return simulator.run()

    def _print_summary(self, tally: Tally) -> None:
        names = ("sent", "accepted", "duplicate", "quarantined", "refused", "unsent")
        self.stdout.write(" ".join(f"{name}={tally.counts[name]}" for name in names))
