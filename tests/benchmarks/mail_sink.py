"""`python -m tests.benchmarks.mail_sink PORT`: an SMTP server that accepts everything and keeps nothing."""

import signal
import sys

from aiosmtpd.controller import Controller


class Sink:
    """Accepts."""

    async def handle_DATA(self, _server, _session, _envelope):
        return "250 accepted"


def main() -> None:
    controller = Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1]))
    controller.start()
    print("ready", flush=True)
    try:
        signal.sigwait({signal.SIGTERM, signal.SIGINT})
    finally:
        controller.stop()


if __name__ == "__main__":
    main()
