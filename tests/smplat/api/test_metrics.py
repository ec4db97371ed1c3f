"""/metrics is for a key that may read it and for a scraper on the same machine."""

import pytest

from smplat.api.scopes import Scope

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("path", ["/metrics", "/metrics/"])
def test_a_local_scraper_needs_no_key(api, path: str) -> None:
    assert "smplat_http_requests_total" in api.get(path).content.decode()


@pytest.mark.parametrize("headers", [{"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}])
def test_a_proxy_on_this_machine_is_no_local_scraper(api, headers) -> None:
    assert api.get("/metrics", headers=headers).status_code == 401


@pytest.mark.parametrize(("scope", "status"), [(Scope.METRICS_READ, 200), (Scope.EVENTS_READ, 403)])
def test_from_elsewhere_the_key_needs_the_scope(api, issue, scope: Scope, status: int) -> None:
    headers = {"X-API-Key": issue([scope]).plaintext}
    assert api.get("/metrics", headers=headers, REMOTE_ADDR="203.0.113.9").status_code == status
