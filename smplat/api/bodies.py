"""Request bodies: bounded before they are read, unpacked within bounds."""

import zlib
from collections.abc import Collection
from typing import Final

from django.http import HttpRequest
from django.http.request import UnreadablePostError

from smplat.api.errors import BodyTooLarge, Detail, UnsupportedMediaType, ValidationFailed

MEBIBYTE: Final = 1024 * 1024
MAX_BODY_BYTES: Final = MEBIBYTE
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


class BadCompression(ValidationFailed):
    """The body is not what Content-Encoding says."""

    code = "bad-compression"

    def __init__(self, message: str) -> None:
        super().__init__([Detail(type="value_error", loc=("header", "Content-Encoding"), msg=message)])


def read_body(
    request: HttpRequest,
    *,
    limit: int = MAX_BODY_BYTES,
    media_types: Collection[str] = ("application/json",),
    gzip_allowed: bool = False,
) -> bytes:
    """The body of a request, unpacked, at most `limit` bytes before and after unpacking.

    A body without Content-Type is taken as the first of `media_types`; `application/*+json` counts as JSON.
    """
    _check_media_type(request, media_types)
    body = _read_bounded(request, limit)
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip" or not gzip_allowed:
        wanted = "gzip or nothing" if gzip_allowed else "nothing"
        raise UnsupportedMediaType(f"Content-Encoding must be {wanted} here.")
    return gunzip(body, limit=limit)


def gunzip(packed: bytes, *, limit: int) -> bytes:
    """The unpacked bytes; stops as soon as they pass `limit`, so that a bomb costs no memory."""
    unpacked = bytearray()
    try:
        while packed:  # one turn for each gzip member
            unpacker = zlib.decompressobj(_GZIP_WINDOW)
            unpacked += unpacker.decompress(packed, limit + 1 - len(unpacked))
            if len(unpacked) > limit:
                raise BodyTooLarge(limit=limit)
            if not unpacker.eof:
                raise BadCompression("The gzip body is cut off.")
            packed = unpacker.unused_data
    except zlib.error as error:
        raise BadCompression("The body is not gzip.") from error
    return bytes(unpacked)


def _check_media_type(request: HttpRequest, media_types: Collection[str]) -> None:
    media_type = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if not media_type or media_type in media_types:
        return
    if media_type.startswith("application/") and media_type.endswith("+json") and "application/json" in media_types:
        return
    raise UnsupportedMediaType(f"Send the body as {' or '.join(media_types)}.")


def _read_bounded(request: HttpRequest, limit: int) -> bytes:
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if declared.isdecimal() and int(declared) > limit:
        raise BodyTooLarge(limit=limit)
    body = request.body
    if len(body) > limit:
        raise BodyTooLarge(limit=limit)
    # The client went away: it will send everything again, and a part of it now would only be counted twice.
    if declared.isdecimal() and len(body) < int(declared):
        raise UnreadablePostError("The body ended before its Content-Length.")
    return body
