"""What every view of the API stands on."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Final, cast

from django.http import HttpRequest, HttpResponse
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from smplat import clock, history, request_id
from smplat.api import cors
from smplat.api.authentication import authenticate
from smplat.api.bodies import MAX_BODY_BYTES, read_body
from smplat.api.errors import MethodNotAllowed
from smplat.api.keys import Caller
from smplat.api.parsing import read_json
from smplat.api.responses import JSON
from smplat.api.scopes import Scope
from smplat.errors import Refusal

# In `scopes`: this method is open to everyone, without a key.
OPEN: Final = None


class ApiView(APIView):
    """One operation path of the API. The key is checked before anything of the request is parsed.

        class OfferEventsView(ApiView):
            scopes = {"POST": Scope.EVENTS_WRITE}

            def post(self, request: Request) -> HttpResponse:
                value = self.json_body()

    Afterwards `self.caller` (and `request.auth`) is the Caller. Bodies are read with `json_body()` or smplat.api.bodies.read_body, answers made
    with smplat.api.responses.answer; whatever is raised becomes the JSON described in smplat.api.errors.
    """

    # The scope each method needs, or OPEN. A method that is not named here is not served.
    scopes: ClassVar[Mapping[str, Scope | None]] = {}
    # Whether publishable keys may call, then also from a browser (CORS) and with `?key=`.
    publishable_allowed: ClassVar[bool] = False
    # Whether pages on listed origins may call at all (CORS); a publishable key is not the only way they can show who they are.
    browsers_allowed: ClassVar[bool] = False
    # Security schemes of the OpenAPI document that open the operation beside the key.
    further_credentials: ClassVar[tuple[str, ...]] = ()
    # Probes are not counted: a load balancer asks as often as it likes.
    is_throttled: ClassVar[bool] = True
    # Whether changes carry the caller's name into the history of tracked tables; the ingest path changes none of those.
    keeps_history: ClassVar[bool] = True
    # What a method may refuse beside what every operation may: the OpenAPI document tells it with an example each.
    refusals: ClassVar[Mapping[str, tuple[type[Refusal], ...]]] = {}

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        served = {name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(cls, name)}
        if unnamed := served - set(cls.scopes):
            raise TypeError(f"{cls.__name__}.scopes does not say who may call {', '.join(sorted(unnamed))}")
        if cls.publishable_allowed:
            cls.browsers_allowed = True

    @property
    def default_response_headers(self) -> dict[str, str]:
        """None of DRF's own: there is one representation, and Allow belongs to 405."""
        return {}

    @property
    def caller(self) -> Caller:
        """Who is calling."""
        return cast(Caller, self.request.auth)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer; what the method changes is recorded under this request."""
        if request.method in SAFE_METHODS or not self.keeps_history:
            response = cast(HttpResponse, super().dispatch(request, *args, **kwargs))
        else:
            with history.acting(who="client:unknown", request_id=request_id.current(), url=request.path):
                response = cast(HttpResponse, super().dispatch(request, *args, **kwargs))
        if self.browsers_allowed:
            cors.add_headers(request, response)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002 - DRF's signature
        """Check the key, before the method runs and before the body is read."""
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method == "OPTIONS":
            return
        if method not in self.scopes:
            raise MethodNotAllowed
        request.auth = self.identify(request._request, scope=self.scopes[method])  # noqa: SLF001 - the plain request
        if self.keeps_history and method not in SAFE_METHODS:
            history.name_actor(f"client:{self.caller.client_name or 'anonymous'}")

    def identify(self, request: HttpRequest, *, scope: Scope | None) -> Caller:
        """Who is calling, by the key; refuses who may not."""
        return authenticate(
            request,
            scope=scope,
            publishable_allowed=self.publishable_allowed,
            throttled=self.is_throttled,
            now=clock.now(),
        )

    def options(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]  # noqa: ARG002
        """What is allowed here, without a body."""
        response = HttpResponse(status=204, headers={"Allow": ", ".join(self.allowed_methods)})
        if self.browsers_allowed:
            cors.add_preflight_headers(request._request, response, methods=self.allowed_methods)  # noqa: SLF001
        return response

    def body(
        self, *, limit: int = MAX_BODY_BYTES, media_types: Collection[str] = (JSON,), gzip_allowed: bool = False
    ) -> bytes:
        """The body of this request, bounded and unpacked (see smplat.api.bodies.read_body)."""
        # DRF offers no other way to the plain request.
        return read_body(self.request._request, limit=limit, media_types=media_types, gzip_allowed=gzip_allowed)  # noqa: SLF001

    def json_body(self, *, limit: int = MAX_BODY_BYTES) -> Any:
        """The JSON of this request, strict and bounded (see smplat.api.parsing.read_json)."""
        return read_json(self.body(limit=limit))
