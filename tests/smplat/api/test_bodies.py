"""Packed bodies are unpacked within bounds."""

import gzip
import subprocess
import sys
from io import BytesIO

import pytest
from django.http.request import UnreadablePostError

from smplat.api.bodies import BadCompression, gunzip, read_body
from smplat.api.errors import BodyTooLarge
from smplat.chunked_bodies import Request


def request(body: bytes, **headers: str) -> Request:
    """A request as the web server hands it over."""
    return Request({"REQUEST_METHOD": "POST", "PATH_INFO": "/", "wsgi.input": BytesIO(body), **headers})


def test_a_body_in_chunks_is_read_to_its_end() -> None:
    assert read_body(request(b"[1, 2]", HTTP_TRANSFER_ENCODING="chunked")) == b"[1, 2]"


def test_a_body_in_chunks_is_bounded_like_any_other() -> None:
    with pytest.raises(BodyTooLarge):
        read_body(request(b" " * 1_048_577, HTTP_TRANSFER_ENCODING="chunked"))
    endless = BytesIO(b" " * 10_000_000)
    with pytest.raises(BodyTooLarge):
        read_body(Request({"REQUEST_METHOD": "POST", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": endless}))
    assert endless.tell() < 3_000_000


def test_a_body_that_its_client_did_not_finish_is_not_taken_for_a_shorter_one() -> None:
    with pytest.raises(UnreadablePostError):
        read_body(request(b'{"a": 1}\n{"a"', CONTENT_LENGTH="400"))


def test_the_web_server_is_given_the_application_that_reads_chunks() -> None:
    # Imported in a process of its own: the module marks its process as a web process.
    script = "import smplat.wsgi; print(type(smplat.wsgi.application).request_class.__module__)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "smplat.chunked_bodies"


def test_what_the_web_process_loaded_is_not_searched_for_cycles_again() -> None:
    script = "import gc, smplat.wsgi; print(gc.get_freeze_count() > 10 * len(gc.get_objects()))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "True"


def test_several_members_are_one_body() -> None:
    assert gunzip(gzip.compress(b"a", mtime=0) + gzip.compress(b"b", mtime=0), limit=10) == b"ab"


def test_a_bomb_is_refused_at_the_limit() -> None:
    with pytest.raises(BodyTooLarge):
        gunzip(gzip.compress(b"\0" * 100_000_000, mtime=0), limit=1024)


@pytest.mark.parametrize("packed", [b"plain", gzip.compress(b"abc", mtime=0)[:-4]])
def test_what_is_not_whole_gzip_is_refused(packed: bytes) -> None:
    with pytest.raises(BadCompression):
        gunzip(packed, limit=1024)
