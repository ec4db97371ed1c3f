"""Uses a running demo as a script would: reads its `ready` line, asks its pages, posts an event with the printed key."""

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
PAGES = ("/healthz", "/api/v1/readyz", "/admin/login/")
EVENT = {"offer_slug": "ci-offer", "event_type": "impression"}


def main() -> None:
    if sys.argv[1] == "--ended":
        check_ended()
        return
    line = next(line for line in Path(sys.argv[1]).read_text().splitlines() if line.startswith("ready "))
    facts = json.loads(line.removeprefix("ready "))
    for page in PAGES:
        expect(200, urllib.request.Request(facts["url"] + page))
    if facts["secret_key"]:
        expect(202, post_event(facts["url"], facts["secret_key"]))
    expect(401, post_event(facts["url"], "not-a-key"))


def post_event(url: str, key: str) -> urllib.request.Request:
    headers = {"Content-Type": "application/json", "X-API-Key": key}
    return urllib.request.Request(f"{url}/api/v1/analytics/offer-events", json.dumps(EVENT).encode(), headers)


def expect(status: int, request: urllib.request.Request) -> None:
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            got = answer.status
    except urllib.error.HTTPError as error:
        got = error.code
        error.close()
    print(f"{got} {request.get_method()} {request.full_url}", flush=True)
    if got != status:
        sys.exit(f"FAILED: {request.full_url} answered {got}, expected {status}")


def check_ended() -> None:
    """No process of this checkout is left (Linux; elsewhere the stopped demo's own word counts)."""
    left = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (directory / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(CHECKOUT) + "/" in arguments and int(directory.name) not in {os.getpid(), os.getppid()}:
            left.append(f"{directory.name} {arguments}")
    if left:
        sys.exit("FAILED: processes are left:\n" + "\n".join(left))


if __name__ == "__main__":
    main()
