"""A raw HTTP receiver that answers a POST with these bytes, at this pace, with or without TLS."""

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

# Signed by itself, for localhost.
CERTIFICATE = Path(__file__).with_name("localhost.pem")


@dataclass
class RudeReceiver:
    port: int
    requests: int = 0


@contextmanager
def running_rude_receiver(
    *parts: bytes, every: float = 0.0, stays_open: bool = False, is_tls: bool = False
) -> Iterator[RudeReceiver]:
    """Sends the parts, pausing in between, and hangs up, unless it stays open until the block ends."""
    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        receiver = RudeReceiver(listener.getsockname()[1])

        def talk(peer: socket.socket) -> None:
            with suppress(OSError), _encrypted(peer) if is_tls else peer as channel:
                _read_request(channel)
                receiver.requests += 1
                _say(channel, parts, every=every, over=over)
                if stays_open:
                    over.wait(60)

        def listen() -> None:
            with suppress(OSError):
                while True:
                    peer, _ = listener.accept()
                    Thread(target=talk, args=(peer,), daemon=True).start()

        Thread(target=listen, daemon=True).start()
        try:
            yield receiver
        finally:
            over.set()


def _encrypted(peer: socket.socket) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context.wrap_socket(peer, server_side=True)


def _read_request(channel: socket.socket) -> None:
    """To its end: hanging up on what was not read resets the connection, and the answer is lost on its way."""
    with channel.makefile("rb") as request:
        length = 0
        while (line := request.readline()).strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        request.read(length)


def _say(channel: socket.socket, parts: Sequence[bytes], *, every: float, over: Event) -> None:
    for part in parts:
        channel.sendall(part)
        if every and over.wait(every):
            return
