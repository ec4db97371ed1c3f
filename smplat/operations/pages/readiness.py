"""What works, what does not, since when, and what to do about it."""

from typing import Any

from smplat.console.pages import ConsolePage
from smplat.operations import readiness
from smplat.operations.probe import probe
from smplat.operations.readiness import Component, Status

# Word and colour of the console's badges.
KINDS = {
    Status.READY: "good",
    Status.STARTING: "notice",
    Status.DISABLED: "neutral",
    Status.DEGRADED: "warning",
    Status.ERROR: "critical",
}
_WORST_FIRST = [Status.ERROR, Status.DEGRADED, Status.STARTING, Status.DISABLED, Status.READY]


class ReadinessPage(ConsolePage):
    path = "operations/readiness/"
    name = "operations_readiness"
    title = "Readiness"
    permission = "operations.view_readiness"
    template_name = "operations/readiness.html"

    def get_page(self) -> dict[str, Any]:
        report = probe.report()
        ordered = sorted(report.components.items(), key=lambda item: (_WORST_FIRST.index(item[1].status), item[0]))
        return {
            "status": report.status.value,
            "kind": KINDS[report.status],
            "checked_at": report.checked_at,
            "components": [_row(name, component) for name, component in ordered],
        }


def title_of(name: str) -> str:
    """A component in words: schedule:sweep-checkouts → Schedule: sweep checkouts."""
    kind, _, rest = name.replace("_", " ").replace("-", " ").rpartition(":")
    words = f"{kind}: {rest}" if kind else rest
    return words[:1].upper() + words[1:]


def _row(name: str, component: Component) -> dict[str, Any]:
    waits = component.status in {Status.ERROR, Status.DEGRADED, Status.STARTING}
    return {
        "name": name,
        "title": title_of(name),
        "status": component.status.value,
        "kind": KINDS[component.status],
        "detail": component.detail,
        "advice": readiness.find_advice(name) if waits else "",
        "last_success_at": component.last_success_at,
        "last_error_at": component.last_error_at,
        "last_error": component.last_error,
    }
