"""The OpenAPI document as plain values for a page: operations by tag, each with what to send and what comes back."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Sample:
    """One example body."""

    title: str
    text: str


@dataclass(frozen=True)
class Answer:
    """One status an operation answers with."""

    status: str
    description: str
    samples: tuple[Sample, ...]

    @property
    def is_success(self) -> bool:
        """2xx."""
        return self.status.startswith("2")


@dataclass(frozen=True)
class Parameter:
    """One parameter in path, query or header."""

    name: str
    place: str
    kind: str
    description: str
    is_required: bool


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    needs_key: bool
    parameters: tuple[Parameter, ...]
    requests: tuple[Sample, ...]
    answers: tuple[Answer, ...]
    curl: str


def list_operations(document: dict[str, Any]) -> dict[str, list[Operation]]:
    """Operations by tag, in the order of the document."""
    groups: dict[str, list[Operation]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                tag = str(item[method].get("tags", ["other"])[0]).capitalize()
                groups.setdefault(tag, []).append(_operation(path, method, item[method]))
    return dict(sorted(groups.items()))


def _operation(path: str, method: str, spec: dict[str, Any]) -> Operation:
    description = spec.get("description", "")
    requests = _requests(spec)
    return Operation(
        anchor=spec["operationId"],
        method=method.upper(),
        path=path,
        summary=spec.get("summary") or description.split("\n")[0].split(". ")[0],
        description=description,
        needs_key=bool(spec.get("security")),
        parameters=tuple(_parameter(one) for one in spec.get("parameters", [])),
        requests=requests,
        answers=tuple(_answer(status, answer) for status, answer in sorted(spec["responses"].items())),
        curl=_curl(path, method, spec, requests),
    )


def _parameter(spec: dict[str, Any]) -> Parameter:
    schema = spec.get("schema", {})
    kind = str(schema.get("format") or schema.get("type", ""))
    return Parameter(spec["name"], spec["in"], kind, spec.get("description", ""), spec.get("required", False))


def _requests(spec: dict[str, Any]) -> tuple[Sample, ...]:
    content = spec.get("requestBody", {}).get("content", {})
    return tuple(
        Sample(f"{name} ({media_type})", _text(example["value"]))
        for media_type, body in content.items()
        for name, example in body.get("examples", {}).items()
    )


def _answer(status: str, spec: dict[str, Any]) -> Answer:
    samples = tuple(
        Sample(name, _text(example["value"]))
        for body in spec.get("content", {}).values()
        for name, example in body.get("examples", {}).items()
    )
    return Answer(status, spec.get("description", ""), samples)


def _curl(path: str, method: str, spec: dict[str, Any], requests: tuple[Sample, ...]) -> str:
    lines = [f"curl -X {method.upper()} '{settings.API_BASE_URL}{path}'"]
    if spec.get("security"):
        lines.append('-H "X-API-Key: $KEY"')
    if requests:
        lines.append("-H 'Content-Type: application/json'")
        compact = json.dumps(json.loads(requests[0].text), ensure_ascii=False) if _is_json(requests[0].text) else ""
        lines.append("-d '" + (compact or requests[0].text).replace("'", "'\\''") + "'")
    return " \\\n  ".join(lines)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
