"""Of many items the broken ones are found, and the others are done exactly once."""

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, connection

from smplat.db import NoTransaction, transaction
from smplat.isolation import MOST_BROKEN, isolate
from smplat.operations.models import Heartbeat

pytestmark = pytest.mark.django_db


def write(names):
    """Writes a row for each, and only then fails for those that name an error."""
    Heartbeat.objects.bulk_create(Heartbeat(name=name) for name in names)
    if any("broken" in name for name in names):
        raise ValueError(f"one of {len(names)} is broken")
    return list(names)


def written():
    return sorted(Heartbeat.objects.values_list("name", flat=True))


def run(work, items, suspects=()):
    with transaction():
        return isolate(work, items=items, suspects=suspects)


@pytest.mark.parametrize("at", [0, 3, 6])
def test_all_but_the_broken_one_are_done_once(at):
    items = [f"item-{number}" for number in range(7)]
    items[at] = "broken"
    found = run(write, items)
    assert [(broken.item, str(broken.error)) for broken in found.broken] == [("broken", "one of 1 is broken")]
    healthy = sorted(set(items) - {"broken"})
    assert sorted(name for part in found.results for name in part) == healthy == written()


def test_what_works_is_done_in_one_part():
    found = run(write, ["a", "b", "c"])
    assert (found.results, found.broken) == ([["a", "b", "c"]], [])


def test_suspects_are_tried_alone_after_the_others():
    found = run(write, ["a", "b"], suspects=["c", "broken"])
    assert found.results[0] == ["a", "b"]
    assert [broken.item for broken in found.broken] == ["broken"]
    assert written() == ["a", "b", "c"]


def test_a_foreign_key_that_leads_nowhere_is_found_although_it_is_checked_at_commit():
    def refer(users):
        with connection.cursor() as cursor:
            for user in users:
                cursor.execute(
                    "INSERT INTO console_user_groups (user_id, group_id) SELECT %s, id FROM auth_group LIMIT 1", [user]
                )

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO auth_group (name) VALUES ('some') ON CONFLICT DO NOTHING")
    found = run(refer, [-1])
    assert [type(broken.error) for broken in found.broken] == [IntegrityError]


def test_suspects_that_fail_again_say_nothing_about_the_rest():
    suspects = [f"broken-{number}" for number in range(2 * MOST_BROKEN)]
    assert len(run(write, ["broken"], suspects=suspects).broken) == 2 * MOST_BROKEN + 1


@pytest.mark.parametrize("error", [OperationalError("server closed the connection"), InterfaceError("closed")])
def test_an_error_that_says_nothing_about_a_row_is_raised_and_nothing_stays(error):
    def work(names):
        if "x" in names:
            raise error
        return write(names)

    with pytest.raises(type(error)):
        run(work, ["x"], suspects=["a"])
    assert written() == []


def test_when_everything_fails_it_is_not_the_rows():
    with pytest.raises(ValueError, match="broken"):
        run(write, [f"broken-{number}" for number in range(MOST_BROKEN)])
    assert written() == []


def test_one_healthy_item_behind_very_many_broken_ones_is_done():
    found = run(write, [f"broken-{number}" for number in range(3 * MOST_BROKEN)] + ["healthy"])
    assert len(found.broken) == 3 * MOST_BROKEN
    assert written() == ["healthy"]


def test_it_needs_a_transaction(transactional_db):
    with pytest.raises(NoTransaction):
        isolate(write, items=["a"])
