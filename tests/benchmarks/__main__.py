"""`python -m tests.benchmarks`: measure the platform against what PostgreSQL can do on this machine, in the same run.

Ratios, never times: docs/benchmarks.md says what each row means and what is aimed at.
"""

import argparse
import os
from collections.abc import Callable

from tests.benchmarks.report import Row, print_rows, write_json
from tests.benchmarks.servers import STATE, Database, Servers, make_database, start_servers


def main() -> None:
    arguments = _parse_arguments()
    STATE.mkdir(parents=True, exist_ok=True)
    servers = start_servers()
    # Our own modules read the environment when they are imported, so the rows are imported after it is set.
    os.environ.update(make_database(servers, "bench").environment)
    import django

    django.setup()
    rows: list[Row] = []
    for name in arguments.rows:
        print(f"measuring {name} …", flush=True)
        rows += MEASURES[name](servers, arguments)
    print_rows(rows)
    print(f"written to {write_json(rows, STATE / 'results')}")


def measure_single(servers: Servers, arguments: argparse.Namespace) -> list[Row]:
    from tests.benchmarks import single_event

    database = servers.database("bench")
    return single_event.measure(database, rounds=arguments.rounds, seconds=arguments.seconds, clients=arguments.clients)


def measure_batch(servers: Servers, arguments: argparse.Namespace) -> list[Row]:
    from tests.benchmarks import batch

    return batch.measure(servers.database("bench"), rounds=arguments.rounds, batches=arguments.batches, connections=4)


def measure_dashboard(servers: Servers, arguments: argparse.Namespace) -> list[Row]:
    from tests.benchmarks import large

    return large.measure_dashboard(_filled_database(servers, arguments), rounds=arguments.rounds)


def measure_export(servers: Servers, arguments: argparse.Namespace) -> list[Row]:
    from tests.benchmarks import large

    return large.measure_export(_filled_database(servers, arguments), rounds=arguments.rounds)


def measure_pages(servers: Servers, arguments: argparse.Namespace) -> list[Row]:
    from tests.benchmarks import large

    filled, empty = _filled_database(servers, arguments), make_database(servers, "bench_empty")
    return large.measure_pages(filled, empty, rounds=arguments.rounds)


def measure_sweep(servers: Servers, arguments: argparse.Namespace) -> list[Row]:
    from tests.benchmarks import sweep

    return sweep.measure(servers, rounds=arguments.rounds, rows=arguments.due)


def measure_relay(servers: Servers, arguments: argparse.Namespace) -> list[Row]:
    from tests.benchmarks import relay

    return relay.measure(servers, rounds=arguments.rounds, messages=arguments.messages)


def measure_nudges(servers: Servers, arguments: argparse.Namespace) -> list[Row]:
    from tests.benchmarks import nudges

    return nudges.measure(servers.database("bench"), journeys=arguments.journeys)


def measure_orders(servers: Servers, arguments: argparse.Namespace) -> list[Row]:
    from tests.benchmarks import orders

    return orders.measure(servers, rounds=arguments.rounds, seconds=arguments.seconds, clients=arguments.clients)


MEASURES: dict[str, Callable[[Servers, argparse.Namespace], list[Row]]] = {
    "single": measure_single,
    "batch": measure_batch,
    "export": measure_export,
    "dashboard": measure_dashboard,
    "pages": measure_pages,
    "sweep": measure_sweep,
    "relay": measure_relay,
    "nudges": measure_nudges,
    "orders": measure_orders,
}


def _filled_database(servers: Servers, arguments: argparse.Namespace) -> Database:
    from tests.benchmarks import large

    orders = arguments.events // 10 if arguments.orders is None else arguments.orders
    return large.filled_database(servers, events=arguments.events, orders=orders)


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", choices=[*MEASURES, []], help="which rows to measure; all by default")
    parser.add_argument("--rounds", type=int, default=5, help="alternating runs; the median counts (5)")
    parser.add_argument("--seconds", type=float, default=4, help="length of one run of single events or orders (4)")
    parser.add_argument("--clients", type=int, default=8, help="connections of single events and orders (8)")
    parser.add_argument("--batches", type=int, default=60, help="batches in one run (60)")
    parser.add_argument(
        "--events",
        type=int,
        default=int(os.environ.get("SMPLAT_BENCH_EVENTS", "10000000")),
        help="events of the large database, which is kept (SMPLAT_BENCH_EVENTS, 10,000,000)",
    )
    parser.add_argument(
        "--orders",
        type=int,
        default=os.environ.get("SMPLAT_BENCH_ORDERS"),
        help="orders of the large database (SMPLAT_BENCH_ORDERS, a tenth as many as events)",
    )
    parser.add_argument("--due", type=int, default=100_000, help="checkouts due in one sweep (100,000)")
    parser.add_argument("--messages", type=int, default=2_000, help="emails of one run of the relay (2,000)")
    parser.add_argument("--journeys", type=int, default=100_000, help="open journeys of the nudge sweep (100,000)")
    arguments = parser.parse_args()
    arguments.rows = arguments.rows or list(MEASURES)
    return arguments


if __name__ == "__main__":
    main()
