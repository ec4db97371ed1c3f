"""What a demo prints once it is usable: for the person who started it, and one line for scripts."""

import json

from smplat.demo.store import Store

FIRST_LOOKS = (
    ("what needs a person now", "/admin/"),
    ("the API, browsable", "/api/v1/docs"),
    ("readiness, component by component", "/api/v1/readyz"),
)


def describe(*, url: str, store: Store) -> str:
    """The lines for a person."""
    lines = ["", f"smplat runs on {url}", "", "Look first at"]
    lines += [f"  {url}{path:24} {what}" for what, path in FIRST_LOOKS]
    if store.logins:
        lines += ["", "Log in as (role, user name, password)"]
        lines += [f"  {login['role']:14} {login['username']:14} {login['password']}" for login in store.logins]
    if store.secret_key:
        lines += ["", "Call the API with", f"  X-API-Key: {store.secret_key}"]
    lines += [
        "",
        "Logs are under .smplat/log, emails under .smplat/mail. Ctrl-C stops everything; the data stays for the next run.",
        "",
    ]
    return "\n".join(lines)


def ready_line(*, url: str, store: Store) -> str:
    """`ready {json}`: what a script needs to drive this demo."""
    facts = {
        "url": url,
        "secret_key": store.secret_key,
        "publishable_key": store.publishable_key,
        "logins": store.logins,
    }
    return f"ready {json.dumps(facts)}"
