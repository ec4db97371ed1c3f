"""The web process. Only here is the database connection pooled: workers and commands hold one connection each."""

import gc
import os

import django

# Nothing that is loaded here is garbage: looking for it would take a fifth of the time.
gc.disable()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smplat.settings")
os.environ.setdefault("SMPLAT_PROCESS", "web")
django.setup(set_prefix=False)

from django.urls import get_resolver  # noqa: E402 - needs the settings that were set up above

from smplat.chunked_bodies import Handler  # noqa: E402 - the same

application = Handler()
# Before the first request instead of during it.
get_resolver().url_patterns  # noqa: B018 - a property that loads every view
# What was loaded lives as long as the process: a search for reference cycles that goes through it holds every request up for a
# tenth of a second and finds nothing.
gc.collect()
gc.freeze()
gc.enable()
