"""Django settings: the composition root. Values come from smplat.environment, everything else is decided here."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.urls import reverse_lazy
from psycopg.conninfo import conninfo_to_dict

from smplat import logs
from smplat.embedded.attach import attach
from smplat.environment import read_environment
from smplat.postgresql.connection import PATIENCE_SECONDS, WebConnection

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

env = read_environment()
ENVIRONMENT = env.environment
DEVELOPMENT = ENVIRONMENT == "development"
IS_WEB = os.environ.get("SMPLAT_PROCESS") == "web"

# -- Django ------------------------------------------------------------------------------------------------------------
DEBUG = False
# Only for development, where sessions and links protect nothing.
SECRET_KEY = env.secret_key or "development-only-" + "0123456789abcdef" * 3
SECRET_KEY_FALLBACKS = env.secret_key_fallbacks
ALLOWED_HOSTS = env.allowed_hosts or ["localhost", "127.0.0.1", "[::1]", "testserver"]
CSRF_TRUSTED_ORIGINS = env.csrf_trusted_origins
ROOT_URLCONF = "smplat.urls"
WSGI_APPLICATION = "smplat.wsgi.application"
AUTH_USER_MODEL = "console.User"
# Both slash forms answer directly: a redirect would lose the body of a POST.
APPEND_SLASH = False
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
FORMAT_MODULE_PATH = ["smplat.console.formats"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# In development files are served from where they lie; elsewhere `collectstatic` comes first.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEVELOPMENT

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # the site is smplat.console.site.ConsoleSite
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "smplat.console.apps.ConsoleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "django_celery_beat",
    "django_structlog",
    "pghistory",
    "pgtrigger",
    "axes",
    "csp",
    "smplat.console.apps.ConsoleConfig",
    "smplat.api",
    "smplat.operations",
    "smplat.outbox",
    "analytics",
    "onboarding",
    "checkout",
    "merchandising",
    "guardrails",
]

MIDDLEWARE = [
    "smplat.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "smplat.pages_only.ContentPolicyMiddleware",
    "smplat.pages_only.SessionMiddleware",
    "smplat.pages_only.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "smplat.pages_only.AuthenticationMiddleware",
    "smplat.console.middleware.ConsoleMiddleware",
    "smplat.operations.history_middleware.HistoryMiddleware",
    "smplat.pages_only.MessageMiddleware",
    "smplat.pages_only.XFrameOptionsMiddleware",
    "smplat.pages_only.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
# Plain text (email, Slack): nothing is HTML there, so nothing is escaped as HTML. Pages name no engine and get the first.
TEMPLATES.append(
    {
        "NAME": "text",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"autoescape": False},
    }
)

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# -- PostgreSQL and Redis ----------------------------------------------------------------------------------------------
_addresses = attach() if DEVELOPMENT and not (env.database_url and env.redis_url) else None
DATABASE_URL = env.database_url or (_addresses.database_url if _addresses else "")
REDIS_URL = env.redis_url or (_addresses.redis_url if _addresses else "")

# A web request that waits longer than this for the database answers 503: storefront pages do not wait longer either.
WEB_DATABASE_WAIT_SECONDS = PATIENCE_SECONDS + WebConnection.hears_within_seconds
# The same for a database whose machine or network vanished in the middle of a conversation: without these TCP repeats
# what nobody hears for a quarter of an hour. They mean nothing on a unix socket.
WEB_DATABASE_TCP = {
    "tcp_user_timeout": int(WEB_DATABASE_WAIT_SECONDS * 1000),
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
WEB_STATEMENT_TIMEOUT = "15s"


def _database(url: str) -> dict[str, Any]:
    """Django's database settings for a libpq URL; unknown parameters travel as connection options."""
    parameters = {key: value for key, value in conninfo_to_dict(url).items() if value is not None}
    database: dict[str, Any] = {
        "ENGINE": "smplat.postgresql",
        "NAME": parameters.pop("dbname", "smplat"),
        "USER": parameters.pop("user", ""),
        "PASSWORD": parameters.pop("password", ""),
        "HOST": parameters.pop("host", ""),
        "PORT": parameters.pop("port", ""),
        "OPTIONS": {"connect_timeout": 2, **parameters},
    }
    if IS_WEB:
        database["OPTIONS"] = WEB_DATABASE_TCP | database["OPTIONS"]
        database["OPTIONS"] |= {
            "pool": {
                "connection_class": WebConnection,
                "min_size": 1,
                "max_size": env.database_pool_size,
                "timeout": WEB_DATABASE_WAIT_SECONDS,
                "reconnect_timeout": 1.0,
            },
            "options": f"-c statement_timeout={WEB_STATEMENT_TIMEOUT} -c idle_in_transaction_session_timeout=30s",
        }
    return database


DATABASES = {"default": _database(DATABASE_URL)}
# Partitions are created and dropped by this role; web and workers need no right to.
MAINTENANCE_DATABASE_URL = env.maintenance_database_url or DATABASE_URL


# -- Celery ------------------------------------------------------------------------------------------------------------
def _broker_url(url: str) -> str:
    """Kombu's spelling of a Redis socket URL; it calls the database a virtual host and ignores `db`."""
    if not url.startswith("unix://"):
        return url
    return url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")


# A task that a dead worker held is handed out again after this long, so no task may run longer.
CELERY_TASK_TIME_LIMIT = 540
CELERY_TASK_SOFT_TIME_LIMIT = 480
CELERY_BROKER_URL = _broker_url(env.celery_broker_url or REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    # A web process only publishes, and a request waits for it; a worker listens in between.
    "socket_timeout": 0.5 if IS_WEB else 5,
    "socket_connect_timeout": 0.5 if IS_WEB else 2,
    # Kombu would try for six seconds more to connect for a publish. Workers connect to receive by Celery's own rules.
    "max_retries": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = env.celery_default_queue
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Results are rows in Postgres, never in the broker.
CELERY_TASK_IGNORE_RESULT = True
# A publish is a hint: it must not hold a request while Redis is away.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# Writes beat's own heartbeat from its tick.
CELERY_BEAT_SCHEDULER = "smplat.operations.beat:HeartbeatScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
DJANGO_STRUCTLOG_CELERY_ENABLED = True

# -- History -----------------------------------------------------------------------------------------------------------
# The page of all events of all tables takes seconds; each object links to its own history instead.
PGHISTORY_ADMIN_ALL_EVENTS = False

# -- API ---------------------------------------------------------------------------------------------------------------
CHECKOUT_API_KEY = env.checkout_api_key
API_BASE_URL = env.api_base_url
FRONTEND_URL = env.frontend_url
# Only a storefront that somebody named can take customers over; until then they see our own pages.
HAS_FRONTEND = "frontend_url" in env.model_fields_set
CURRENCIES = env.currencies
TRUSTED_PROXY_COUNT = env.trusted_proxy_count
THROTTLE_SECRET_PER_MINUTE = env.throttle_secret_per_minute
THROTTLE_PUBLISHABLE_PER_MINUTE = env.throttle_publishable_per_minute
THROTTLE_ANONYMOUS_PER_MINUTE = env.throttle_anonymous_per_minute
# A body larger than any batch we take; Django answers before reading more into memory.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "smplat.api.openapi.ApiSchema",
    # Views read their bodies themselves (smplat.api.bodies); these say what the OpenAPI document offers.
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "smplat.api.exception_handler.handle_exception",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "smplat",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.1",
    "DESCRIPTION": "The API behind a storefront: events in, journeys and checkouts along, reports out.",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["smplat.api.openapi.without_slash_forms"],
    "POSTPROCESSING_HOOKS": ["smplat.api.openapi.with_components"],
}

# -- Analytics ---------------------------------------------------------------------------------------------------------
OFFER_EVENT_RETENTION = timedelta(days=env.offer_event_retention_days)

# -- Outbox ------------------------------------------------------------------------------------------------------------
# Every topic with its channels and handlers, on one page.
OUTBOX_TOPICS = "smplat.subscriptions.TOPICS"
# A demo keeps its emails as files: made-up customers have no mailbox, and nothing leaves the machine.
EMAIL_FILE_PATH = env.email_file_path
EMAIL_BACKEND = (
    f"{'django.core.mail.backends.filebased' if EMAIL_FILE_PATH else 'smplat.outbox.channels.smtp'}.EmailBackend"
)
EMAIL_HOST = env.smtp_host
EMAIL_PORT = env.smtp_port
EMAIL_HOST_USER = env.smtp_username
EMAIL_HOST_PASSWORD = env.smtp_password
# Port 465 speaks TLS from the first byte, the others after STARTTLS.
EMAIL_USE_SSL = env.smtp_use_tls and env.smtp_port == 465
EMAIL_USE_TLS = env.smtp_use_tls and env.smtp_port != 465
# Of each step of the SMTP dialogue; nine of them stay within the lease of a delivery.
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.smtp_sender_email
SLACK_API_URL = "https://slack.com/api/"
SLACK_BOT_TOKEN = env.slack_bot_token
# Recipients of Slack messages by name; with a bot token the channel counts, otherwise the webhook. Ours win over clients'.
SLACK_CLIENT_DESTINATIONS = {
    name: {"webhook_url": place, "channel": ""}
    if place.startswith("https://")
    else {"webhook_url": "", "channel": place}
    for name, place in (entry.split("=", 1) for entry in env.slack_client_destinations)
}
SLACK_DESTINATIONS = {
    **SLACK_CLIENT_DESTINATIONS,
    "operations": {"webhook_url": env.slack_webhook_url, "channel": env.slack_channel},
    "guardrails": {
        "webhook_url": env.provider_automation_alert_slack_webhook_url or env.slack_webhook_url,
        "channel": env.provider_automation_alert_slack_channel or env.slack_channel,
    },
}
OUTBOX_WEBHOOK_ALLOW_PRIVATE = env.webhook_allow_private_addresses
# Of a delivered, suppressed or dead message; its row and its log stay, without name, address or text.
OUTBOX_PAYLOAD_RETENTION = timedelta(days=env.outbox_payload_retention_days)

# -- Console -----------------------------------------------------------------------------------------------------------
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "smplat",
    "SITE_HEADER": "smplat",
    "SITE_SUBHEADER": "Operations console",
    "SITE_ICON": "smplat.console.look.mark",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "smplat.console.look.mark"}],
    # There is no other site to view: the storefront lives elsewhere.
    "SITE_URL": "",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "ENVIRONMENT": "smplat.console.look.environment_badge",
    "ACCOUNT": {"navigation": [{"title": "Your profile", "link": reverse_lazy("admin:profile")}]},
    "STYLES": ["smplat.console.look.stylesheet"],
    "BORDER_RADIUS": "6px",
    # An ocean blue. 600 on white and white on 600 reach 4.5:1 and more, 500 does on the dark background.
    "COLORS": {
        "primary": {
            "50": "oklch(97.5% .012 235)",
            "100": "oklch(94.5% .028 235)",
            "200": "oklch(89% .055 235)",
            "300": "oklch(81% .09 235)",
            "400": "oklch(74% .115 236)",
            "500": "oklch(66% .125 238)",
            "600": "oklch(49% .105 241)",
            "700": "oklch(43% .095 243)",
            "800": "oklch(38% .08 245)",
            "900": "oklch(33% .065 247)",
            "950": "oklch(25% .05 249)",
        },
    },
    "SIDEBAR": {"show_search": True, "command_search": True, "navigation": "smplat.console.navigation.sidebar"},
}
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# -- Security ----------------------------------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = not DEVELOPMENT
# A working day: whoever forgets to sign out is signed out by the next morning.
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SECURE = not DEVELOPMENT
SECURE_SSL_REDIRECT = env.secure_ssl_redirect and not DEVELOPMENT
# A load balancer and a scraper ask over plain http, and by address instead of by name.
PROBE_PATHS = [r"^healthz/?$", r"^api/v1/(health/)?(healthz|readyz)/?$", r"^metrics/?$"]
SECURE_REDIRECT_EXEMPT = PROBE_PATHS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.trusted_proxy_count else None
SECURE_HSTS_SECONDS = 0 if DEVELOPMENT else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
X_FRAME_OPTIONS = "DENY"
# smplat.pages_only holds subclasses of the middleware that axes and Django look for by name.
SILENCED_SYSTEM_CHECKS = ["axes.W002", "security.W002"]
CSRF_FAILURE_VIEW = "smplat.error_pages.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
    },
}
# Unfold's Alpine.js evaluates the expressions in its attributes, and its theme is a style element.
CONSOLE_CONTENT_POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
AXES_FAILURE_LIMIT = env.auth_lockout_threshold
AXES_COOLOFF_TIME = timedelta(seconds=env.auth_lockout_duration_seconds)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "smplat.api.client_address.client_address"
AXES_LOCKOUT_CALLABLE = "smplat.console.lockout.locked_out"

# -- Metrics -----------------------------------------------------------------------------------------------------------
# prometheus_client asks the process's environment, and takes a value that is set and empty for the working directory.
# Only web processes answer /metrics: files of the others, one a process, would only pile up.
os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
if env.prometheus_multiproc_dir and IS_WEB:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = env.prometheus_multiproc_dir

# -- Logs --------------------------------------------------------------------------------------------------------------
LOGGING = logs.configure(level=env.log_level, environment=ENVIRONMENT, version=VERSION)
