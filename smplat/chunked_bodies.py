"""Bodies that come in chunks, without a Content-Length.

Django takes such a body for an empty one, and an empty NDJSON batch is a good one: its events would be lost with a 202. The web
server has put the chunks together already, so all that is missing is to read to their end, within the bound of any other body.
"""

from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import LimitedStream, WSGIHandler, WSGIRequest


class Request(WSGIRequest):
    """A request whose body may come in chunks."""

    def __init__(self, environ: dict[str, Any]) -> None:
        super().__init__(environ)
        if "HTTP_TRANSFER_ENCODING" in environ and not environ.get("CONTENT_LENGTH"):
            # More than any view takes, so that a body over its view's limit is seen to be.
            self._stream = LimitedStream(environ["wsgi.input"], settings.DATA_UPLOAD_MAX_MEMORY_SIZE)  # type: ignore[assignment]


class Handler(WSGIHandler):
    """Django's WSGI application over such requests."""

    request_class = Request
