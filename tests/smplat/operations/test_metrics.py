"""Prometheus sees every component."""

import pytest
from prometheus_client import generate_latest

from smplat.operations import metrics
from smplat.operations.metrics import READINESS


@pytest.mark.django_db(transaction=True)
def test_every_component_is_a_gauge(monkeypatch: pytest.MonkeyPatch, fresh_probe) -> None:
    monkeypatch.setattr(metrics, "probe", fresh_probe)
    text = generate_latest(READINESS).decode()
    assert 'smplat_component_ready{component="database"} 1.0' in text
    assert 'smplat_component_ready{component="beat"} 0.0' in text
