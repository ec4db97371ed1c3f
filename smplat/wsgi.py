"""The web process. Only here is the database connection pooled: workers and commands hold one connection each."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smplat.settings")
os.environ.setdefault("SMPLAT_PROCESS", "web")
django.setup(set_prefix=False)

from smplat.chunked_bodies import Handler  # noqa: E402 - needs the settings that were set up above

application = Handler()
