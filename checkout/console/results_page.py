"""The results of recovery and the sends it suppressed, on a page and as files."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from checkout.console.recovery_page import PERMISSION
from checkout.console.report_choice import PERIODS, WINDOWS, ReportChoice, read_choice
from checkout.reports.recovery_results import PolicyResult, list_recovery_results
from checkout.reports.suppressed_sends import SuppressedSends, list_suppressed_sends
from checkout.rules.lift import MIN_ARM_SIZE
from checkout.rules.reasons import say_reason
from smplat import clock
from smplat.console.pages import ConsolePage
from smplat.exports.csv_cells import guard_text

PARENT = ("admin:checkout_recovery", "Recovery")


class ReportSource:
    """What the page and its files read; all of one answer is of one moment."""

    request: HttpRequest

    @cached_property
    def now(self) -> datetime:
        return clock.now()

    @cached_property
    def choice(self) -> ReportChoice:
        return read_choice(self.request.GET.dict())

    @cached_property
    def results(self) -> list[PolicyResult]:
        since = self.choice.since(self.now)
        return list_recovery_results(since=since, until=self.now, window=self.choice.window, now=self.now)

    @cached_property
    def suppressed(self) -> list[SuppressedSends]:
        return list_suppressed_sends(since=self.choice.since(self.now), until=self.now)


class ResultsPage(ReportSource, ConsolePage):
    path = "checkout/recovery/results/"
    name = "checkout_recovery_results"
    title = "Recovery results"
    permission = PERMISSION
    parent = PARENT
    template_name = "checkout/recovery_results.html"

    def get_page(self) -> dict[str, Any]:
        choice = self.choice
        return {
            "choice": choice,
            "since": choice.since(self.now),
            "periods": [(days, choice.address(period_days=days), days == choice.period_days) for days in PERIODS],
            "windows": [(days, choice.address(window_days=days), days == choice.window_days) for days in WINDOWS],
            "results": [(result, write_lift(result)) for result in self.results],
            "suppressed": [(one, say_reason(one.reason)) for one in self.suppressed],
            "results_csv": reverse("admin:checkout_recovery_results_csv") + choice.address(),
            "suppressed_csv": reverse("admin:checkout_suppressed_sends_csv") + choice.address(),
        }


class CsvPage(ReportSource, ConsolePage):
    """A report as a file."""

    permission = PERMISSION
    header: ClassVar[tuple[str, ...]]
    file_name: ClassVar[str]

    def lines(self) -> Iterable[Sequence[object]]:
        """The file's lines below its header."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG002 - Django's signature
        name = f"{self.file_name}-{self.now:%Y-%m-%d}-{self.choice.period_days}d.csv"
        answer = HttpResponse(
            content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )
        writer = csv.writer(answer)
        writer.writerow(self.header)
        writer.writerows(self.lines())
        return answer


class ResultsCsv(CsvPage):
    """One line for each stage, policy version and currency of what was completed after a prompt."""

    path = "checkout/recovery/results.csv"
    name = "checkout_recovery_results_csv"
    title = "Recovery results as CSV"
    file_name = "recovery-results"
    header = (
        "stage",
        "policy_version",
        "window_days",
        "prompted_checkouts",
        "prompted_completed",
        "holdout_checkouts",
        "holdout_completed",
        "still_in_window",
        "prompted_customers",
        "prompted_customers_completed",
        "holdout_customers",
        "holdout_customers_completed",
        "lift",
        "lift_low",
        "lift_high",
        "completed_after_prompt",
        "currency",
        "money_after_prompt",
    )

    def lines(self) -> Iterable[Sequence[object]]:
        for result in self.results:
            for amount in money_cells(result.money_after_prompt):
                yield [result.stage.value, result.policy_version, self.choice.window_days, *_figures(result), *amount]


class SuppressedSendsCsv(CsvPage):
    """One line for each reason and currency at risk."""

    path = "checkout/recovery/suppressed-sends.csv"
    name = "checkout_suppressed_sends_csv"
    title = "Suppressed sends as CSV"
    file_name = "suppressed-sends"
    header = ("reason", "checkouts", "open_checkouts", "currency", "money_at_risk")

    def lines(self) -> Iterable[Sequence[object]]:
        for one in self.suppressed:
            for amount in money_cells(one.money_at_risk):
                yield [guard_text(one.reason), one.checkouts, one.open_checkouts, *amount]


def write_lift(result: PolicyResult) -> str:
    """In points with the interval, or what is missing: `+12.0 points (95 %: +4.1 to +19.9)`."""
    lift = result.lift
    if lift is None:
        return f"Not enough data: {result.smaller_arm} of {MIN_ARM_SIZE} customers in the smaller arm"
    return f"{lift.difference * 100:+.1f} points (95 %: {lift.low * 100:+.1f} to {lift.high * 100:+.1f})"


def money_cells(amounts: Mapping[str, Decimal]) -> list[tuple[str, str]]:
    """Currency and amount of each line; one empty pair where there is no money."""
    return [(guard_text(code), f"{amount}") for code, amount in sorted(amounts.items())] or [("", "")]


def _figures(result: PolicyResult) -> list[object]:
    prompted, holdout, lift = result.prompted, result.holdout, result.lift
    return [
        prompted.assigned,
        prompted.completed,
        holdout.assigned,
        holdout.completed,
        result.unripe,
        prompted.customers,
        prompted.customers_completed,
        holdout.customers,
        holdout.customers_completed,
        *([f"{lift.difference:.6f}", f"{lift.low:.6f}", f"{lift.high:.6f}"] if lift else ["", "", ""]),
        result.completed_after_prompt,
    ]
