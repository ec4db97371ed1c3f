"""One bounded POST: checked address, no redirects, little patience."""

import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer

from smplat.outbox.channels.addresses import Target, connect

CONNECT_SECONDS = 5.0
# From the first byte to the last, however slowly they drip.
TOTAL_SECONDS = 15.0
# Enough for an error message; the rest is not read.
MAX_RESPONSE_BYTES = 4096


@dataclass(frozen=True)
class Response:
    """What the receiver said."""

    status: int
    retry_after: str | None
    body: bytes


class _Connection(http.client.HTTPConnection):
    """http.client over a socket that was checked and opened before; it follows no redirect and uses no proxy."""

    def __init__(self, target: Target, channel: socket.socket) -> None:
        super().__init__(target.host, target.port)
        self.sock = channel


def post(target: Target, *, body: bytes, headers: Mapping[str, str], allow_private: bool) -> Response:
    """POST and read at most the first kilobytes of the answer.

    Raises:
        AddressRefused: the host leads where we do not go.
        OSError, http.client.HTTPException: no usable answer in time.
    """
    channel = connect(target, allow_private=allow_private, timeout_seconds=CONNECT_SECONDS)
    # Ends a handshake, headers or a body that drip byte by byte, which no timeout of a single read would. By a handle of its
    # own: a socket that begins to speak TLS is another object, and the one before it is empty.
    handle = channel.dup()
    guillotine = Timer(TOTAL_SECONDS, _cut, [handle])
    guillotine.start()
    try:
        if target.is_tls:
            channel = ssl.create_default_context().wrap_socket(channel, server_hostname=target.host)
        return _exchange(target, channel, body, headers)
    finally:
        guillotine.cancel()
        channel.close()
        handle.close()


def _exchange(target: Target, channel: socket.socket, body: bytes, headers: Mapping[str, str]) -> Response:
    connection = _Connection(target, channel)
    connection.request("POST", target.path, body=body, headers=dict(headers))
    response = connection.getresponse()
    return Response(response.status, response.headers.get("Retry-After"), _read_words(response))


def _read_words(response: http.client.HTTPResponse) -> bytes:
    """The beginning of the body. The verdict came before it: a body that breaks off or is badly framed takes nothing back."""
    words = b""
    with suppress(OSError, http.client.HTTPException):
        while len(words) < MAX_RESPONSE_BYTES and (part := response.read1(MAX_RESPONSE_BYTES - len(words))):
            words += part
    return words


def _cut(channel: socket.socket) -> None:
    try:
        channel.shutdown(socket.SHUT_RDWR)
    except OSError:
        # It ended by itself in this very moment.
        return
