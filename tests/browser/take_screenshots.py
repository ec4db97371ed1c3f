"""Pictures of a running console for the documentation.

    python tests/browser/take_screenshots.py http://127.0.0.1:8000 --user admin --password … --out docs/images / /admin/analytics/funnel/

Each page is taken in light, dark and phone width: <name>-light.png, <name>-dark.png, <name>-phone.png.
"""

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.browser.chromium import find_chromium, launched

LOOKS = {
    "light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "device_scale_factor": 2},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base_url")
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    parser.add_argument("--looks", default=",".join(LOOKS))
    options = parser.parse_args()
    executable = find_chromium() or sys.exit("no chromium in PATH: apt-get install chromium")
    options.out.mkdir(parents=True, exist_ok=True)
    with launched(executable) as browser:
        for look in options.looks.split(","):
            page = browser.new_context(**LOOKS[look]).new_page()
            page.goto(f"{options.base_url}/admin/login/")
            page.fill("input[name=username]", options.user)
            page.fill("input[name=password]", options.password)
            page.click("button[type=submit].submit-row, #login-form button[type=submit]")
            for path in options.paths:
                page.goto(options.base_url + path, wait_until="networkidle")
                name = re.sub(r"[^a-z0-9]+", "-", path.removeprefix("/admin").lower()).strip("-") or "attention"
                page.screenshot(path=options.out / f"{name}-{look}.png")
                print(options.out / f"{name}-{look}.png")


if __name__ == "__main__":
    main()
