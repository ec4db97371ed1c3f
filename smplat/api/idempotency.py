"""Idempotency-Key: a POST that is sent twice happens once.

The receipt lives in the transaction of the work itself (`smplat.db.transaction(receipt=…)`): a crash before COMMIT leaves
neither, and after it the retry is answered from the receipt.
"""

import hashlib
import re
from collections.abc import Callable
from typing import Any, Final, cast

from django.db import connection
from django.http import HttpResponse
from rest_framework.request import Request

from smplat.api.errors import Detail, KeyInUse, KeyReused, ValidationFailed
from smplat.api.keys import Caller
from smplat.api.models import IdempotencyReceipt
from smplat.api.responses import JSON
from smplat.db import Result, require_transaction
from smplat.instances import Columns, write_together

HEADER: Final = "Idempotency-Key"
REPLAYED_HEADER: Final = "Idempotency-Replayed"
# Visible ASCII, as in the header's draft standard; long enough for any UUID or hash.
_ACCEPTABLE: Final = re.compile(r"[\x21-\x7e]{1,255}")
ENVIRONMENT_KEY: Final = 0
RECEIPT: Final = Columns(IdempotencyReceipt, "receipt")
FIND: Final = f"""
SELECT {RECEIPT} FROM api_idempotencyreceipt AS receipt WHERE receipt.client_id = %s AND receipt.key = %s
"""  # noqa: S608 - names of columns

Render = Callable[[Any], HttpResponse]


class BadIdempotencyKey(ValidationFailed):
    """The Idempotency-Key must be 1 to 255 visible ASCII characters."""

    code = "idempotency-key-invalid"

    def __init__(self) -> None:
        message = (self.__doc__ or "").strip()
        super().__init__([Detail(type="value_error", loc=("header", HEADER), msg=message)])


class AlreadyAnswered(Exception):
    """The request was answered before; the stored answer goes out again."""

    def __init__(self, *, status: int, body: str) -> None:
        super().__init__(status)
        self.status = status
        self.body = body

    def response(self) -> HttpResponse:
        """The stored answer, marked as a replay."""
        return HttpResponse(self.body, status=self.status, content_type=JSON, headers={REPLAYED_HEADER: "true"})


class KeyReceipt:
    """The receipt of one request; see smplat.db.Receipt."""

    def __init__(self, *, client_id: int, key: str, fingerprint: str, render: Render) -> None:
        self._client_id = client_id
        self._key = key
        self._fingerprint = fingerprint
        self._render = render
        self._result: Any = None

    def open(self) -> None:
        """Claim the key until the transaction ends.

        Raises:
            KeyInUse: another transaction holds it.
            KeyReused: it stands for another request.
            AlreadyAnswered: the work was done before.
        """
        require_transaction()
        self._claim()
        # A second statement on purpose: a single one would look with a snapshot taken before the lock was ours.
        stored = RECEIPT.first(FIND, [self._client_id, self._key])
        if stored is None:
            return
        if stored.fingerprint != self._fingerprint:
            raise KeyReused
        raise AlreadyAnswered(status=stored.status, body=stored.body)

    def keep(self, result: Result) -> Result:
        """Remember what will be rendered."""
        self._result = result
        return result

    def close(self) -> None:
        """Store the rendered success beside the work."""
        response = self._render(self._result)
        receipt = IdempotencyReceipt(
            client_id=self._client_id,
            key=self._key,
            fingerprint=self._fingerprint,
            status=response.status_code,
            body=response.content.decode(),
        )
        write_together(new=[receipt])

    def _claim(self) -> None:
        with connection.cursor() as cursor:
            name = f"{self._client_id}:{self._key}"
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"idempotency:{name}"])
            row = cursor.fetchone()
        if not (row and row[0]):
            raise KeyInUse


def receipt_for(request: Request, *, render: Render) -> KeyReceipt | None:
    """The receipt for this request, or None when it carries no Idempotency-Key.

    `render` makes the response out of the use case's result; the view answers with the same function:

        def post(self, request):
            return render(flip_switch(..., receipt=receipt_for(request, render=render)))
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not _ACCEPTABLE.fullmatch(key):
        raise BadIdempotencyKey
    caller = cast(Caller, request.auth)
    return KeyReceipt(
        client_id=caller.client_id or ENVIRONMENT_KEY, key=key, fingerprint=fingerprint(request), render=render
    )


def fingerprint(request: Request) -> str:
    """What makes two requests the same: method, path with query, and the bytes of the body."""
    line = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(line + request._request.body).hexdigest()  # noqa: SLF001 - DRF's own body property consumes it
