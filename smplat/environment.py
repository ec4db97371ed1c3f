"""The process environment: every variable, its type, default and meaning. smplat.settings is the only reader.

`.env.example` lists the same variables; a test holds the two together. A value that makes no sense stops the process
with the variable's name and what it should be; the value itself is never printed, since it may be a secret.
"""

import re
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

CommaList = Annotated[list[str], NoDecode]

# Django's own bound for a key that signs sessions and links (check security.W009).
SECRET_KEY_MIN_LENGTH = 50


class Environment(BaseSettings):
    """What a deployment sets. Field names in upper case are the variable names."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True)

    environment: Literal["development", "staging", "production"] = Field(
        default="production",
        description="Which kind of deployment this is: development, staging or production.",
    )
    secret_key: str = Field(
        default="",
        description="Signs sessions and links: at least 50 random characters. Required outside development.",
    )
    secret_key_fallbacks: CommaList = Field(
        default=[],
        description="Former secret keys, comma separated, still accepted while their signatures age out.",
    )
    allowed_hosts: CommaList = Field(
        default=[],
        description="Host names this site answers to, comma separated. Required outside development.",
    )
    csrf_trusted_origins: CommaList = Field(
        default=[],
        description="Origins (https://console.example.com) the console may be posted to from, comma separated.",
    )
    database_url: str = Field(
        default="",
        description="PostgreSQL 15 or newer: postgresql://user:password@host:5432/name. "
        "Required outside development; there an empty value starts an embedded server.",
    )
    maintenance_database_url: str = Field(
        default="",
        description="The same database as a role that may create and drop partitions; empty means DATABASE_URL.",
    )
    database_pool_size: int = Field(
        default=8,
        ge=1,
        le=100,
        description="Connections one web process may hold, 1 to 100.",
    )
    redis_url: str = Field(
        default="",
        description="Redis 6.2 or newer: redis://host:6379/0. "
        "Required outside development; there an empty value starts an embedded server.",
    )
    celery_broker_url: str = Field(default="", description="Redis for Celery; empty means REDIS_URL.")
    celery_default_queue: str = Field(
        default="smplat-default", min_length=1, description="Name of the Celery queue workers listen to."
    )
    checkout_api_key: str = Field(
        default="",
        description="A secret API key with all storefront scopes, for storefronts that already hold it; empty admits nobody.",
    )
    api_base_url: str = Field(
        default="http://localhost:8000", description="Where this platform is reached, without a trailing slash."
    )
    frontend_url: str = Field(
        default="http://localhost:3000",
        description="Where the storefront is reached, without a trailing slash; "
        "once set, the links of recovery prompts lead there.",
    )
    smtp_host: str = Field(
        default="", description="Mail server; empty suppresses email, with that reason on every message."
    )
    email_file_path: str = Field(
        default="", description="Folder that takes emails as files in place of a mail server; for demos."
    )
    smtp_port: int = Field(
        default=587, ge=1, le=65535, description="Port of the mail server; 465 means TLS from the first byte."
    )
    smtp_username: str = Field(default="", description="Login at the mail server; empty sends without login.")
    smtp_password: str = Field(default="", description="Password at the mail server.")
    smtp_use_tls: bool = Field(default=True, description="Encrypt the connection to the mail server.")
    smtp_sender_email: str = Field(default="", description="Sender address of every email; without it no email leaves.")
    slack_bot_token: str = Field(
        default="", description="Bot token (xoxb-…) with chat:write; it can update its posts, webhooks cannot."
    )
    slack_webhook_url: str = Field(default="", description="Incoming webhook for operational messages.")
    slack_channel: str = Field(default="", description="Channel id for operational messages, with a bot token.")
    provider_automation_alert_slack_webhook_url: str = Field(
        default="", description="Incoming webhook for guardrail messages; empty means SLACK_WEBHOOK_URL."
    )
    provider_automation_alert_slack_channel: str = Field(
        default="", description="Channel id for guardrail messages; empty means SLACK_CHANNEL."
    )
    slack_client_destinations: CommaList = Field(
        default=[],
        description="Clients' own Slack, comma separated: name=https://… (incoming webhook) or name=C0123 (channel id, with a bot token).",
    )
    webhook_allow_private_addresses: bool = Field(
        default=False,
        description="Let webhooks go to private and loopback addresses and over http; only for a closed network.",
    )
    outbox_payload_retention_days: int = Field(
        default=30,
        ge=1,
        le=3650,
        description="Days the text and address of a message are kept after it came to rest, 1 to 3650.",
    )
    trusted_proxy_count: int = Field(
        default=0,
        ge=0,
        le=5,
        description="How many reverse proxies append to X-Forwarded-For in front of this process, 0 to 5.",
    )
    currencies: CommaList = Field(
        default=["EUR", "USD"], description="ISO 4217 codes the store sells in, comma separated."
    )
    offer_event_retention_days: int = Field(
        default=400,
        ge=35,
        le=3650,
        description="Days an offer event is kept; also how old occurred_at may be. 35 to 3650.",
    )
    throttle_secret_per_minute: int = Field(
        default=12_000, ge=1, description="Requests a minute one secret API key may make."
    )
    throttle_publishable_per_minute: int = Field(
        default=1_200, ge=1, description="Requests a minute one publishable API key may make from one address."
    )
    throttle_anonymous_per_minute: int = Field(
        default=120, ge=1, description="Requests a minute one address may make without a valid key."
    )
    auth_lockout_threshold: int = Field(
        default=5, ge=1, le=100, description="Failed console logins before a lockout, 1 to 100."
    )
    auth_lockout_duration_seconds: int = Field(
        default=900, ge=1, description="How long a console lockout lasts, in seconds."
    )
    secure_ssl_redirect: bool = Field(
        default=True,
        description="Redirect http to https outside development; false when a proxy in front already does.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least severe log line written: DEBUG, INFO, WARNING or ERROR."
    )
    prometheus_multiproc_dir: str = Field(
        default="",
        description="Directory in which the processes of one machine share their metrics; empty keeps them apart.",
    )

    @field_validator(
        "secret_key_fallbacks",
        "allowed_hosts",
        "csrf_trusted_origins",
        "currencies",
        "slack_client_destinations",
        mode="before",
    )
    @classmethod
    def split_commas(cls, value: object) -> object:
        """Accept `a,b` as well as a list."""
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("currencies")
    @classmethod
    def check_currencies(cls, value: list[str]) -> list[str]:
        """Three capital letters each, at least one."""
        if not value or any(len(code) != 3 or not code.isalpha() or not code.isupper() for code in value):
            raise ValueError("must be currency codes such as EUR,USD")
        return value

    @field_validator("slack_client_destinations")
    @classmethod
    def check_slack_destinations(cls, value: list[str]) -> list[str]:
        """A name and a place each."""
        if any(not all(part.strip() for part in entry.split("=", 1)) or "=" not in entry for entry in value):
            raise ValueError("must be entries such as acme=https://hooks.slack.com/… or acme=C0123")
        return value

    @field_validator("database_url", "maintenance_database_url")
    @classmethod
    def check_database_url(cls, value: str) -> str:
        """A PostgreSQL URL or nothing."""
        if not value:
            return value
        if not value.startswith(("postgres://", "postgresql://")):
            raise ValueError("must start with postgresql://")
        try:
            ports = conninfo_to_dict(value).get("port") or ""
        except ProgrammingError:
            raise ValueError("is no URL that PostgreSQL's client understands") from None
        if not all(port.isdecimal() for port in str(ports).split(",") if port):
            raise ValueError("must have a number as its port")
        return value

    @field_validator("redis_url", "celery_broker_url")
    @classmethod
    def check_redis_url(cls, value: str) -> str:
        """A Redis URL or nothing."""
        if value and not value.startswith(("redis://", "rediss://", "unix://", "redis+socket://")):
            raise ValueError("must start with redis://, rediss:// or unix://")
        _check_port(value)
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def check_host_names(cls, value: list[str]) -> list[str]:
        """Names or addresses without scheme, port and path: with one of them they would match no request."""
        if any("/" in name or (":" in name and not name.startswith("[")) for name in value):
            raise ValueError("must be host names such as console.example.com, without scheme, port and path")
        return value

    @field_validator("csrf_trusted_origins")
    @classmethod
    def check_origins(cls, value: list[str]) -> list[str]:
        """Scheme and host, nothing behind it."""
        if any(not re.fullmatch(r"https?://[^/\s]+", origin) for origin in value):
            raise ValueError("must be origins such as https://console.example.com")
        return value

    @field_validator("slack_webhook_url", "provider_automation_alert_slack_webhook_url")
    @classmethod
    def check_webhook_url(cls, value: str) -> str:
        """Slack's, or nothing."""
        if value and not value.startswith("https://"):
            raise ValueError("must start with https://")
        return value

    @field_validator("smtp_sender_email")
    @classmethod
    def check_sender(cls, value: str) -> str:
        """An address, alone or behind a name, or nothing."""
        if value and "@" not in parseaddr(value)[1]:
            raise ValueError("must be an address such as hello@example.com or Shop <hello@example.com>")
        return value

    @field_validator("prometheus_multiproc_dir")
    @classmethod
    def check_folder(cls, value: str) -> str:
        """A folder that is there, or nothing."""
        if value and not Path(value).is_dir():
            raise ValueError("must be a folder that exists")
        return value

    @field_validator("api_base_url", "frontend_url")
    @classmethod
    def check_http_url(cls, value: str) -> str:
        """An http or https origin without a trailing slash."""
        if not value.startswith(("http://", "https://")) or value.endswith("/"):
            raise ValueError("must be an http(s) URL without a trailing slash")
        _check_port(value)
        return value

    @model_validator(mode="after")
    def check_production(self) -> Self:
        """Outside development nothing that protects the site may be left to a default."""
        if self.environment == "development":
            return self
        missing = [
            name
            for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL")
            if not getattr(self, name.lower())
        ]
        if missing:
            raise MissingVariablesError(missing)
        if len(self.secret_key) < SECRET_KEY_MIN_LENGTH:
            raise ValueError(f"SECRET_KEY must have at least {SECRET_KEY_MIN_LENGTH} characters")
        return self


def _check_port(url: str) -> None:
    try:
        _ = urlsplit(url).port
    except ValueError:
        raise ValueError("must have a number as its port") from None


class MissingVariablesError(ValueError):
    """A variable that has no safe default is not set."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        wanted = "; ".join(f"{name}: {Environment.model_fields[name.lower()].description}" for name in names)
        super().__init__(f"not set: {wanted}")


def read_environment() -> Environment:
    """The validated environment.

    Raises:
        SystemExit: a variable is missing or makes no sense; the message names each and says what it should be.
    """
    try:
        return Environment()
    except ValidationError as invalid:
        lines = ["The environment is not usable:"]
        for problem in invalid.errors(include_url=False, include_input=False):
            name = str(problem["loc"][0]).upper() if problem["loc"] else ""
            field = Environment.model_fields.get(name.lower())
            wanted = f" Expected: {field.description}" if field else ""
            lines.append(f"  {name + ': ' if name else ''}{problem['msg'].removeprefix('Value error, ')}.{wanted}")
        raise SystemExit("\n".join(lines)) from None
