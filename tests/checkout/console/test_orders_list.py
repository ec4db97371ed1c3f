"""The order list: filtered, searched, downloaded, and never counted."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from checkout.models import Orchestration, Order, RecoveryPolicy
from checkout.policies import create_missing_policies
from smplat import clock
from tests.unfold_lists import assert_reads_as_unfold_writes_it

LIST = "/admin/checkout/order/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _policies(now):
    create_missing_policies(now=now)


def shown(client, **query):
    return {row.order_number for row in client.get(LIST, query).context["cl"].result_list}


def stand_still(order, **since):
    Orchestration.objects.filter(order=order).update(last_transition_at=clock.now() - timedelta(**since))


def test_an_order_is_found_by_number_digits_address_and_id(place, signed_in):
    order, _other = place(), place(customer=None)
    client = signed_in("operator")
    for words in (
        order.order_number,
        order.order_number[2:],
        "ADA@example.test",
        str(order.pk),
        str(order.customer_id),
    ):
        assert shown(client, q=words) == {order.order_number}, words


@pytest.mark.parametrize("words", ["SM999999", "nobody@example.test", "Reels", "' OR 1=1", "%00@"])
def test_a_search_that_names_nothing_finds_nothing(words, place, signed_in):
    place()
    assert shown(signed_in("operator"), q=words) == set()


def test_a_viewer_neither_sees_nor_finds_addresses(place, signed_in):
    place()
    client = signed_in("viewer")
    assert b"ada@example.test" not in client.get(LIST).content
    assert shown(client, q="ada@example.test") == set()


def test_stalled_means_beyond_the_patience_of_the_stage(place, signed_in):
    quick, slow, held = place(), place(), place()
    patience = RecoveryPolicy.objects.get(stage="payment").stall_after_minutes
    stand_still(quick, minutes=patience - 1)
    stand_still(slow, minutes=patience + 1)
    stand_still(held, days=60)
    Order.objects.filter(pk=held.pk).update(status="on_hold")
    client = signed_in("viewer")
    assert shown(client, stalled="now") == {slow.order_number}
    assert shown(client, stalled="1d") == set()


def test_what_was_agreed_to_wait_is_not_stalled_before_its_time(place, signed_in):
    order = place()
    stand_still(order, days=9)
    later = clock.now() + timedelta(hours=1)
    Orchestration.objects.update(stage_status="waiting", next_action_at=later)
    assert shown(signed_in("viewer"), stalled="now") == set()


def test_filters_narrow_by_status_stage_value_and_currency(place, product, signed_in):
    small, large = place(), place(quantity=3)
    type(product).objects.update(currency="USD")
    dollars = place(currency="USD")
    Order.objects.filter(pk=small.pk).update(status="canceled")
    Orchestration.objects.filter(order=dollars).update(current_stage="verification")
    client = signed_in("viewer")
    assert shown(client, status__exact="canceled") == {small.order_number}
    assert shown(client, stage="verification") == {dollars.order_number}
    assert shown(client, total_from="400") == {large.order_number}
    assert shown(client, currency="USD") == {dollars.order_number}
    assert shown(client, currency="USD", total_from="400") == set()


def read_csv(answer):
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_the_file_holds_what_the_filter_shows(place, signed_in):
    order = place(quantity=2)
    place()
    [row] = read_csv(signed_in("operator").get("/admin/checkout/orders.csv?" + urlencode({"total_from": "200"})))
    assert (row["order_number"], row["total"], row["currency"]) == (order.order_number, "298.00", "EUR")
    assert (row["stage"], row["customer_email"]) == ("payment", "ada@example.test")


def test_the_file_of_a_viewer_names_no_customer(place, signed_in):
    place()
    [row] = read_csv(signed_in("viewer").get("/admin/checkout/orders.csv"))
    assert "customer_email" not in row


def test_the_list_asks_as_many_questions_for_fifty_orders_as_for_one_and_counts_nothing(place, signed_in):
    client = signed_in("operator")
    place()
    client.get(LIST)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(LIST)
    for _ in range(49):
        place()
    with CaptureQueriesContext(connection) as fifty:
        client.get(LIST)
    assert len(fifty) == len(one)
    assert not [query for query in fifty if "COUNT(" in query["sql"]]


def test_an_empty_list_is_a_page(signed_in):
    assert signed_in("viewer").get(LIST).status_code == 200


def test_the_command_search_jumps_to_an_order(place, signed_in):
    order = place()
    page = signed_in("viewer").get("/admin/search/", {"s": order.order_number}).content.decode()
    assert f"{LIST}{order.pk}/change/" in page


def test_customers_are_found_by_address_and_lead_to_their_orders(place, signed_in):
    order = place()
    client = signed_in("operator")
    [found] = client.get("/admin/checkout/customer/", {"q": "Ada@Example.test"}).context["cl"].result_list
    assert found.pk == order.customer_id
    page = client.get(f"/admin/checkout/customer/{found.pk}/change/").content.decode()
    assert f"customer__id__exact={found.pk}" in page
    assert shown(client, customer__id__exact=str(found.pk)) == {order.order_number}
    assert signed_in("viewer").get("/admin/checkout/customer/").status_code == 403


def test_the_list_reads_as_unfold_writes_it(place, signed_in, monkeypatch):
    stand_still(place(), days=3)
    place(customer=None)
    assert_reads_as_unfold_writes_it(signed_in("operator"), LIST, monkeypatch)
