"""Packed bodies are unpacked within bounds."""

import gzip

import pytest

from smplat.api.bodies import BadCompression, gunzip
from smplat.api.errors import BodyTooLarge


def test_several_members_are_one_body() -> None:
    assert gunzip(gzip.compress(b"a", mtime=0) + gzip.compress(b"b", mtime=0), limit=10) == b"ab"


def test_a_bomb_is_refused_at_the_limit() -> None:
    with pytest.raises(BodyTooLarge):
        gunzip(gzip.compress(b"\0" * 100_000_000, mtime=0), limit=1024)


@pytest.mark.parametrize("packed", [b"plain", gzip.compress(b"abc", mtime=0)[:-4]])
def test_what_is_not_whole_gzip_is_refused(packed: bytes) -> None:
    with pytest.raises(BadCompression):
        gunzip(packed, limit=1024)
