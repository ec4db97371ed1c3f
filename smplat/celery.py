"""The Celery application. Tasks are hints: every job re-reads and re-claims its rows in Postgres."""

import os

# SIGTERM, which deployments send, gives running tasks the soft-shutdown time and hands the rest back at once.
# Read by Celery when it is imported.
os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smplat.settings")

from celery import Celery
from django_structlog.celery.steps import DjangoStructLogInitStep

app = Celery("smplat")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
# By name: the module needs models, which do not exist yet when this one is imported.
app.steps["worker"].add("smplat.operations.worker:WorkerHeartbeat")
app.autodiscover_tasks()
