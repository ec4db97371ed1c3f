"""Readiness as Prometheus metrics: one gauge a component, and when it last succeeded."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from smplat.operations.probe import probe
from smplat.operations.readiness import Status


class ReadinessCollector(Collector):
    """Asks the process's probe when it is scraped: at most a second old, never slower than two."""

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing in advance: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges of this moment."""
        ready = GaugeMetricFamily(
            "smplat_component_ready", "1 while the component is ready or switched off on purpose.", labels=["component"]
        )
        succeeded = GaugeMetricFamily(
            "smplat_component_last_success_timestamp_seconds", "When it last succeeded.", labels=["component"]
        )
        for name, component in probe.report().components.items():
            ready.add_metric([name], float(component.status in {Status.READY, Status.DISABLED}))
            if component.last_success_at is not None:
                succeeded.add_metric([name], component.last_success_at.timestamp())
        yield ready
        yield succeeded


READINESS = CollectorRegistry()
READINESS.register(ReadinessCollector())
