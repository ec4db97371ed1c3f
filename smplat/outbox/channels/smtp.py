"""SMTP with little patience: a server that drips its answers byte by byte, or never ends them, fails the attempt."""

import io
import smtplib
import time
from typing import Any

from django.core.mail.backends import smtp

from smplat.outbox.channels.smtp_answers import SESSION_OVER, HungUpAfterText

# From the first byte of a delivery, or of opening the connection, to the last answer; far below a delivery's lease.
TOTAL_SECONDS = 60.0
# All answers of one delivery; a server needs a few hundred bytes.
MAX_ANSWER_BYTES = 64 * 1024
END_OF_TEXT = b"\r\n.\r\n"


class _Answers(io.RawIOBase):
    """What the server says, while there is time and it is not too much."""

    def __init__(self, sock: Any, *, until: float) -> None:
        self.sock = sock
        self.until = until
        self.left = MAX_ANSWER_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        seconds = self.until - time.monotonic()
        if seconds <= 0 or self.left <= 0:
            raise TimeoutError("the server takes too long to answer")
        self.sock.settimeout(seconds)
        count = int(self.sock.recv_into(buffer))
        self.left -= count
        return count


class _Impatient(smtplib.SMTP):
    """A timeout of a single read would let a server that sends a byte now and then hold a relay for ever."""

    _is_text_out = False

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._until = time.monotonic() + TOTAL_SECONDS
        super().__init__(*arguments, **options)

    def sendmail(self, *arguments: Any, **options: Any) -> Any:
        self._until = time.monotonic() + TOTAL_SECONDS
        self.file = None
        return super().sendmail(*arguments, **options)

    def mail(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        """A server that hangs up before it has heard of the message means what one says that announces it."""
        try:
            return super().mail(*arguments, **options)
        except smtplib.SMTPServerDisconnected as problem:
            if isinstance(problem.__context__, TimeoutError):
                raise
            return SESSION_OVER, b"it hung up"

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Says whether a connection that ended may have delivered."""
        self._is_text_out = False
        try:
            return super().data(msg)
        except smtplib.SMTPServerDisconnected as problem:
            if self._is_text_out:
                raise HungUpAfterText(str(problem)) from problem.__context__
            raise

    def send(self, s: Any) -> None:
        """Remembers whether what went out was a whole text."""
        super().send(s)
        self._is_text_out = isinstance(s, bytes) and s.endswith(END_OF_TEXT)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:
            self.file = io.BufferedReader(_Answers(self.sock, until=self._until))
        return super().getreply()


class _ImpatientTLS(_Impatient, smtplib.SMTP_SSL):
    """The same from a connection that is encrypted from its start."""


class EmailBackend(smtp.EmailBackend):
    """Django's backend over such a connection."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """SMTP, or SMTP over TLS."""
        return _ImpatientTLS if self.use_ssl else _Impatient

    def open(self) -> bool | None:
        """Also says hello, so that a server that refuses whoever we are is known before the first email."""
        is_new = super().open()
        if is_new and self.connection:
            self.connection.ehlo_or_helo_if_needed()
        return is_new
