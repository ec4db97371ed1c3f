"""A raw SMTP server that answers each step of the dialogue as it is told, however wrong that is."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread

# In place of an answer: the connection ends.
HANG_UP = b""
POLITE: Mapping[str, bytes] = {
    "connect": b"220 shop ESMTP\r\n",
    "EHLO": b"250-shop\r\n250 SIZE 10000000\r\n",
    "HELO": b"250 shop\r\n",
    "MAIL": b"250 2.1.0 Ok\r\n",
    "RCPT": b"250 2.1.5 Ok\r\n",
    "DATA": b"354 End data with <CR><LF>.<CR><LF>\r\n",
    "text": b"250 2.0.0 Ok: queued\r\n",
    "RSET": b"250 2.0.0 Ok\r\n",
    "QUIT": b"221 2.0.0 Bye\r\n",
}

Answer = bytes | Callable[["RudeServer", bytes], bytes]


@dataclass
class RudeServer:
    """What it answers differently, and what it took."""

    # By step: an answer, or a function of the server and the line that was said.
    answers: dict[str, Answer] = field(default_factory=dict)
    port: int = 0
    connections: int = 0
    # Texts that were answered with 250.
    accepted: list[bytes] = field(default_factory=list)

    def answer_to(self, step: str, line: bytes = b"") -> bytes:
        answer = self.answers.get(step, POLITE.get(step, b"502 5.5.2 Command not recognized\r\n"))
        return answer(self, line) if callable(answer) else answer


@contextmanager
def running_rude_server(answers: dict[str, Answer]) -> Iterator[RudeServer]:
    server = RudeServer(answers)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        Thread(target=_listen, args=(server, listener), daemon=True).start()
        yield server


def _listen(server: RudeServer, listener: socket.socket) -> None:
    with suppress(OSError):
        while True:
            peer, _ = listener.accept()
            server.connections += 1
            Thread(target=_converse, args=(server, peer), daemon=True).start()


def _converse(server: RudeServer, peer: socket.socket) -> None:
    with suppress(OSError), peer, peer.makefile("rb") as lines:
        step, said = "connect", b""
        while answer := server.answer_to(step, said):
            peer.sendall(answer)
            if step == "text" and answer.startswith(b"250"):
                server.accepted.append(said)
            if step == "DATA" and answer.startswith(b"354"):
                step, said = "text", _read_text(lines)
            else:
                said = lines.readline()
                step = said[:4].decode("latin-1").strip().upper()
            if not said:
                return


def _read_text(lines) -> bytes:
    text = b""
    while not text.endswith(b"\r\n.\r\n"):
        line = lines.readline()
        if not line:
            return b""
        text += line
    return text
