"""Who may use the sample store: demo people of each role, and API clients with their keys. For development only.

Keys are shown once and stored as hashes; so that a demo can be started again, their text is kept in a file that only its owner reads.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import Group

from smplat.api.actions.issue_api_key import issue_api_key
from smplat.api.keys import KeyKind, hash_key
from smplat.api.models import ApiClient, ApiKey
from smplat.api.scopes import PUBLISHABLE_SCOPES, Scope
from smplat.console.models import User
from smplat.console.roles import Role
from smplat.db import transaction

STOREFRONT = "Storefront (demo)"
SIMULATOR = "Storefront simulator (demo)"
OWNER = "Sample store"
ISSUED_BY = "load_sample_store"
PRIVATE_FILE = 0o600
SIMULATOR_SCOPES = frozenset({Scope.EVENTS_WRITE, Scope.ORDERS_WRITE})


@dataclass(frozen=True, slots=True)
class Login:
    """A demo person."""

    role: str
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class DemoKeys:
    """The demo clients' keys in plain text."""

    secret: str
    publishable: str
    simulator: str


def ensure_logins() -> tuple[Login, ...]:
    """A person for each role; somebody who is already there is left alone, changed password included."""
    logins = tuple(Login(role.value, role.value, f"smplat-demo-{role.value}") for role in Role)
    for login in logins:
        with transaction():
            _ensure_login(login)
    return logins


def _ensure_login(login: Login) -> None:
    if User.objects.filter(username=login.username).exists():
        return
    # Everybody knows the password: half a second of work to hide it protects nothing. Signing in hashes it anew.
    hashed = PBKDF2PasswordHasher().encode(login.password, salt=login.username, iterations=1)
    person = User.objects.create(
        username=login.username, email=f"{login.username}@demo.example", password=hashed, is_staff=True
    )
    person.groups.add(Group.objects.get(name=login.role))


def ensure_client(name: str) -> ApiClient:
    """The demo API client of this name."""
    with transaction():
        client, _ = ApiClient.objects.get_or_create(name=name, defaults={"owner": OWNER})
    return client


def ensure_keys(path: Path, *, origins: tuple[str, ...], now: datetime) -> DemoKeys:
    """The keys kept in `path` as far as this database still accepts them, fresh ones in place of the others."""
    kept = _read_keys(path)
    storefront, simulator = ensure_client(STOREFRONT), ensure_client(SIMULATOR)
    keys = DemoKeys(
        secret=_ensure_key(kept.secret, client=storefront, name="server", scopes=frozenset(Scope), now=now),
        publishable=_ensure_key(
            kept.publishable, client=storefront, name="browser", scopes=PUBLISHABLE_SCOPES, origins=origins, now=now
        ),
        simulator=_ensure_key(kept.simulator, client=simulator, name="simulator", scopes=SIMULATOR_SCOPES, now=now),
    )
    if keys != kept:
        _write_keys(path, keys)
    return keys


def _ensure_key(
    kept: str,
    *,
    client: ApiClient,
    name: str,
    scopes: frozenset[Scope],
    origins: tuple[str, ...] = (),
    now: datetime,
) -> str:
    usable = ApiKey.objects.usable(now=now).filter(client=client, scopes__contains=sorted(scopes))
    if kept and usable.filter(hash=hash_key(kept)).exists():
        return kept
    issued = issue_api_key(
        client_id=client.pk,
        name=name,
        kind=KeyKind.PUBLISHABLE if origins else KeyKind.SECRET,
        scopes=scopes,
        allowed_origins=origins,
        by=ISSUED_BY,
        now=now,
    )
    return issued.plaintext


def _read_keys(path: Path) -> DemoKeys:
    try:
        return msgspec.json.decode(path.read_bytes(), type=DemoKeys)
    except (FileNotFoundError, msgspec.DecodeError):
        return DemoKeys(secret="", publishable="", simulator="")


def _write_keys(path: Path, keys: DemoKeys) -> None:
    """Whole or not at all, and never readable by others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as file:  # noqa: PTH123
        file.write(msgspec.json.encode(keys))
    partial.replace(path)
