"""A real SMTP server that keeps what it accepts and answers what a test tells it to."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller


class Mailbox:
    """The handler of the server."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        # Answers to RCPT and DATA by recipient; the default accepts.
        self.rcpt_answers: dict[str, str] = {}
        self.data_answers: list[str] = []
        self.sessions: set[int] = set()

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        answer = self.rcpt_answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server, session, envelope):
        answer = self.data_answers.pop(0) if self.data_answers else "250 accepted"
        if answer.startswith("250"):
            self.sessions.add(id(session))
            self.recipients.append(list(envelope.rcpt_tos))
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_mail_server() -> Iterator[tuple[Mailbox, int]]:
    mailbox, port = Mailbox(), free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox, port
    finally:
        controller.stop()
