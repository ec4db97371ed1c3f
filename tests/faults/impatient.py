"""The Celery application of fault tests: run by `worker()` of processes.py as `celery -A tests.faults.impatient`.

Its broker hands on what a dead worker held after a second, not after ten minutes; and it knows the topics of the outbox tests.
"""

import django

django.setup()

from smplat.celery import app  # noqa: E402 - after Django is ready
from smplat.outbox import topics  # noqa: E402
from tests.smplat.outbox.conftest import TOPICS  # noqa: E402

__all__ = ["app"]

known = topics._read_page
topics._read_page = lambda path: {**known(path), **{topic.name: topic for topic in TOPICS}}
app.conf.broker_transport_options["visibility_timeout"] = 1
