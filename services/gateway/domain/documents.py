"""The public documents, made from the contracts: one OpenAPI of all services, one AsyncAPI of the events."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from services.gateway.domain.granting import scope_for
from services.gateway.domain.outward import NAMED_KINDS, OUTWARD
from services.gateway.domain.routing import is_forwarded
from shared.events import REGISTRY, Event, JobUpdated, LinkChanged

Document = Mapping[str, Any]
_OPEN = frozenset({"/v1/sessions"})
_PROBLEMS = {
    "401": ("Unauthenticated", "Nobody is known to be calling."),
    "403": ("Forbidden", "The caller may not do this."),
    "404": ("NotFound", "There is no such thing, or the caller may not know of it."),
    "422": ("Invalid", "An input cannot be used; every fault names its field and the fix."),
    "429": ("TooMany", "Too many requests; Retry-After says when to come again."),
    "503": ("Unavailable", "A part that is needed does not answer now; Retry-After says when."),
}
_OF_CURSORS = {"400": ("Unreadable", "A body that is no JSON, or a cursor that is none of ours.")}
_OF_CHANGES = {"409": ("Conflict", "Its state forbids this, or there is one already.")}
_OF_BODIES = _OF_CURSORS | {
    "413": ("TooLarge", "The body is too large."),
    "415": ("OtherMediaType", "The route takes another media type."),
}
_OF_IF_MATCH = {
    "412": ("Stale", "It changed since you read it: read it again."),
    "428": ("NoIfMatch", "Send If-Match with the ETag of what you read."),
}


def merged_openapi(
    services: Mapping[str, Document], own: Document, *, version: str
) -> dict[str, Any]:
    """Return the product's OpenAPI 3.1 document: every public route, whoever serves it."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for service, document in (*services.items(), ("gateway", own)):
        renamed = _with_own_names(document, service, taken=schemas)
        schemas.update(renamed.get("components", {}).get("schemas", {}))
        for path, item in renamed["paths"].items():
            if service == "gateway" or is_forwarded(path):
                paths[path] = {m: _operation(op, m, path, service) for m, op in item.items()}
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas |= _problem_schemas()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Anchorwatch",
            "version": version,
            "description": "Acquires, monitors and maintains a site's backlinks. Every error is "
            "`application/problem+json` (RFC 9457); lists are paged by `cursor`; every POST takes "
            "an `Idempotency-Key`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}, {"session": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "responses": {
                name: _problem_answer(text)
                for problems in (_PROBLEMS, _OF_CHANGES, _OF_BODIES, _OF_IF_MATCH)
                for name, text in problems.values()
            },
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A key `aw_...`."},
                "session": {"type": "apiKey", "in": "cookie", "name": "aw_session"},
            },
        },
    }


def _with_own_names(
    document: Document, service: str, *, taken: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the document with schemas renamed whose name means something else elsewhere."""
    schemas = document.get("components", {}).get("schemas", {})
    clashing = [name for name, schema in schemas.items() if taken.get(name, schema) != schema]
    text = json.dumps(document)
    for name in clashing:
        new = f"{service.capitalize()}{name}"
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{new}"')
    renamed: dict[str, Any] = json.loads(text)
    for name in clashing:
        own = renamed["components"]["schemas"]
        own[f"{service.capitalize()}{name}"] = own.pop(name)
    return renamed


def _operation(operation: Document, method: str, path: str, service: str) -> dict[str, Any]:
    done = dict(operation)
    done["operationId"] = f"{service}_{operation['operationId']}"
    responses = {k: v for k, v in operation.get("responses", {}).items() if k != "422"}
    for status, (name, _) in _problems_of(operation, method).items():
        responses.setdefault(status, {"$ref": f"#/components/responses/{name}"})
    done["responses"] = dict(sorted(responses.items()))
    if method == "post":
        done["parameters"] = [*operation.get("parameters", []), _IDEMPOTENCY]
    scope = scope_for(method.upper(), path)
    if path in _OPEN:
        done["security"] = []
    else:
        done.pop("security", None)
        done["x-required-scope"] = scope
    return done


def _problems_of(operation: Document, method: str) -> dict[str, tuple[str, str]]:
    """Return by status what an operation may answer besides what it is for."""
    taken = {parameter["name"].lower() for parameter in operation.get("parameters", [])}
    return (
        _PROBLEMS
        | (_OF_CURSORS if "cursor" in taken else {})
        | (_OF_CHANGES if method != "get" else {})
        | (_OF_BODIES if "requestBody" in operation else {})
        | (_OF_IF_MATCH if "if-match" in taken else {})
    )


_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "The same key and body again within 24 h get the first answer again.",
}


def _problem_answer(text: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": text, "content": {"application/problem+json": {"schema": schema}}}


def _problem_schemas() -> dict[str, Any]:
    text = {"type": "string"}
    fault = {
        "type": "object",
        "description": "One thing wrong with one field.",
        "properties": {"pointer": text, "code": text, "detail": text},
        "required": ["pointer", "code", "detail"],
    }
    names = ("type", "title", "detail", "instance", "code")
    properties: dict[str, Any] = dict.fromkeys(names, text)
    properties["status"] = {"type": "integer"}
    properties["trace_id"] = {"type": ["string", "null"]}
    properties["errors"] = {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}}
    problem = {
        "type": "object",
        "description": "Why a request could not be done (RFC 9457).",
        "properties": properties,
        "required": sorted(properties),
    }
    return {"Problem": problem, "Fault": fault}


# ---- AsyncAPI ---------------------------------------------------------------------------------------


def asyncapi(*, version: str) -> dict[str, Any]:
    """Return the AsyncAPI 3 document of the outward events, made from the event classes."""
    events = {name: REGISTRY[name] for name in sorted(OUTWARD | {JobUpdated.name})}
    named = dict.fromkeys(sorted(NAMED_KINDS.values()), LinkChanged)
    messages = {_key(name): _message(name, event) for name, event in (events | named).items()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Anchorwatch events",
            "version": version,
            "description": "What happened, as CloudEvents 1.0 JSON. `link.lost`, `link.recovered` "
            "and `link.gained` are kinds of `link.changed`, sent to who subscribes to them by name.",
        },
        "servers": {
            "stream": {"host": "localhost:8080", "protocol": "http", "description": "SSE."}
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            "events": {
                "address": "/v1/events",
                "title": "Server-sent events",
                "description": "`GET` with `types=` and `Last-Event-ID`.",
                "messages": {key: {"$ref": f"#/components/messages/{key}"} for key in messages},
            }
        },
        "operations": {
            "receiveEvents": {
                "action": "send",
                "channel": {"$ref": "#/channels/events"},
                "summary": "Anchorwatch sends the events of the sites that the caller may see.",
            }
        },
        "components": {"messages": messages},
    }


def _key(name: str) -> str:
    return "".join(word.capitalize() for word in name.replace(".", "_").split("_"))


def _message(name: str, event: type[Event]) -> dict[str, Any]:
    schema = event.model_json_schema()
    envelope = ("event_id", "occurred_at", "workspace_id", "site_id", "trace_id")
    data = {k: v for k, v in schema.items() if k in {"properties", "required"}}
    data["type"] = "object"
    data["properties"] = {k: v for k, v in schema["properties"].items() if k not in envelope}
    return {
        "name": name,
        "title": name,
        "summary": (event.__doc__ or name).strip().partition("\n")[0],
        "contentType": "application/cloudevents+json",
        "payload": _cloud_event(name, event, _without_refs(data, schema.get("$defs", {}))),
    }


def _cloud_event(name: str, event: type[Event], data: Document) -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "time", "dataschema", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "format": "uuid"},
            "source": {"const": f"/anchorwatch/{event.publisher}"},
            "type": {"const": name},
            "subject": text,
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "dataschema": {"const": f"urn:anchorwatch:{event.name}:{event.version}"},
            "workspaceid": {"type": "string", "format": "uuid"},
            "siteid": {"type": "string", "format": "uuid"},
            "traceparent": text,
            "data": data,
        },
    }


def _without_refs(value: Any, definitions: Mapping[str, Any]) -> Any:
    """Return the schema with its parts written out: a payload stands alone in AsyncAPI."""
    if isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str):
            return _without_refs(definitions[reference.rpartition("/")[2]], definitions)
        return {key: _without_refs(item, definitions) for key, item in value.items()}
    return (
        [_without_refs(item, definitions) for item in value] if isinstance(value, list) else value
    )


# ---- for people ---------------------------------------------------------------------------------------


def operations(document: Document) -> Iterable[tuple[str, str, Document]]:
    """Return every (method, path, operation) of an OpenAPI document, by path."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation
