#!/usr/bin/env python
"""Django's command-line door."""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smplat.settings")
    # A checkout that `make` has set up holds .smplat/: there, and only there, development is the default.
    # Anywhere else an unset ENVIRONMENT means production, which refuses to start half-configured.
    if (Path(__file__).parent / ".smplat").is_dir():
        os.environ.setdefault("ENVIRONMENT", "development")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
