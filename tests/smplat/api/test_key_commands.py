"""Keys issued from a shell."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from smplat.api.models import ApiKey

pytestmark = pytest.mark.django_db(transaction=True)


def issue(**options: object) -> None:
    call_command(
        "issue_api_key",
        client="shop",
        name="nightly",
        scope=["events:write"],
        stdout=StringIO(),
        stderr=StringIO(),
        **options,
    )


def test_a_key_without_days_does_not_expire() -> None:
    issue()
    assert ApiKey.objects.get().expires_at is None


def test_no_days_at_all_are_not_for_ever() -> None:
    with pytest.raises(CommandError, match="cannot expire before it exists"):
        issue(days=0)
    assert not ApiKey.objects.exists()
