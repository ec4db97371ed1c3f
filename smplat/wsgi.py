"""The web process. Only here is the database connection pooled: workers and commands hold one connection each."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smplat.settings")
os.environ.setdefault("SMPLAT_PROCESS", "web")

application = get_wsgi_application()
