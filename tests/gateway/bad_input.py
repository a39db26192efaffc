"""Bad inputs of every route, made from the product's own OpenAPI document (platform.md, 5.4, 36-62)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from typing_extensions import override

from services import contracts
from services.gateway.domain.documents import operations

DOCUMENT: dict[str, Any] = json.loads((contracts.FOLDER / "openapi.json").read_text("utf-8"))
_JSON = "application/json"
_LONG = "a" * 100_000
_NOT_AN_ID = ("99999999999999999999", "not-an-id", "%27%20OR%201=1--", "..%2f..%2fetc", "%00")
_FORGED = ("abc", "%00", "é", "====", "A" * 3000, "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE")
_WRONG_QUERY: Mapping[str, tuple[str, ...]] = {
    "limit": ("0", "-1", "1e9", "1000000000", "9" * 5000, "ten", ""),
    "cursor": tuple(quote(one) if one != "%00" else one for one in _FORGED),
    "include": ("everything",),
    "sort": ("nope", "-nope", "id%3BDROP%20TABLE%20links", "%00"),
    "fields": ("nope", "id,nope", "password"),
    "format": ("nope",),
}
_OF_TYPE: Mapping[str, tuple[str, ...]] = {
    "integer": ("ten", "1.5", "9" * 5000, "-1"),
    "number": ("ten", "NaN"),
    "boolean": ("maybe", "2"),
    "uuid": _NOT_AN_ID,
    "date": ("yesterday", "2026-02-30", "99999-01-01"),
    "date-time": ("yesterday", "2026-02-30T00:00:00Z"),
    "string": ("%00", _LONG),
}
_NO_JSON: tuple[bytes, ...] = (
    b"not json",
    b"{",
    b"NaN",
    b'{"a": NaN}',
    b"[" * 200_000,
    b'{"a": ' + b"1" * 100_000 + b"}",
)
_NO_JSON += (b'{"a": 1, "a": 2}', b'{"a":' * 70 + b"1" + b"}" * 70, b"\xff\xfe{}", b'{"a": 1e999}')

A_CHANNEL = {
    "name": "never told",
    "kind": "slack",
    "address": "https://hooks.slack.com/services/T0/B0/x",
}


_OF_OTHER_TYPES: Mapping[str, Any] = {
    "null": None,
    "array": [[[]]],
    "boolean": True,
    "string": "perhaps",
}
_NOT_OF_TYPE: Mapping[str, tuple[Any, ...]] = {
    "string": ("\ud800",),
    "boolean": (2,),
    "integer": (10**50, "1e", 1.5e300, -(10**30)),
    "number": (10**50, "1e", 1.5e300),
    "array": ("text", ["x"] * 20_000),
}


@dataclass(frozen=True, slots=True)
class Bad:
    """One bad request. `statuses`: what may answer it; `pointer`: the field that must be named."""

    method: str
    route: str
    path: str
    why: str
    statuses: frozenset[int]
    body: bytes | None = None
    media: str | None = _JSON
    pointer: str | None = None

    @override
    def __str__(self) -> str:
        return f"{self.method} {self.route}: {self.why}"


def all_operations() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    yield from operations(DOCUMENT)


def of_paths(ids: Mapping[str, str]) -> Iterator[Bad]:
    """Yield ids that are none, in every place of every path."""
    for method, route, operation in all_operations():
        for name in (one["name"] for one in operation.get("parameters", []) if one["in"] == "path"):
            for wrong in _NOT_AN_ID:
                path = route.format(**{**ids, name: wrong})
                body = body_of(method, route, operation, ids)
                media = _media(operation)
                why = f"{name} is {wrong}"
                yield Bad(method, route, path, why, frozenset({404, 422}), _sent(body), media)


def of_queries(ids: Mapping[str, str]) -> Iterator[Bad]:
    """Yield parameters that no route has, and wrong values of those that it has."""
    statuses = frozenset({400, 422, 431})
    for method, route, operation in all_operations():
        path, media = route.format(**ids), _media(operation)
        body = _sent(body_of(method, route, operation, ids))
        wrong = [("is_admin", "1")]
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                wrong += [(parameter["name"], value) for value in _wrong_values(parameter)]
        for name, value in wrong:
            why, pointer = f"{name}={value[:40]}", f"/query/{name}"
            query = f"{path}?{name}={value}"
            yield Bad(method, route, query, why, statuses, body, media, pointer)


def of_bodies(ids: Mapping[str, str]) -> Iterator[Bad]:
    """Yield bodies that are no JSON, of another kind, too large, or wrong in one field."""
    for method, route, operation in all_operations():
        content = operation.get("requestBody", {}).get("content", {})
        if content:
            of_kind = _of_json if _JSON in content else _of_forms
            good = Bad(method, route, route.format(**ids), "good", frozenset({422, 400}))
            yield from _of_media(good, _media(operation) or "")
            yield from of_kind(good, operation, body_of(method, route, operation, ids))


def _of_media(good: Bad, media: str) -> Iterator[Bad]:
    for other in ("text/plain", "application/xml", "image/png", None):
        why, statuses = f"media type {other}", frozenset({415})
        yield replace(good, why=why, statuses=statuses, body=b"{}", media=other)
    large = b"x" * 2_000_000
    yield replace(good, why="too large", statuses=frozenset({413}), body=large, media=media)


def _of_forms(good: Bad, *_: Any) -> Iterator[Bad]:
    form = "multipart/form-data; boundary=xx"
    yield replace(good, why="no parts", body=b"", media=form)
    yield replace(good, why="broken parts", body=b"--xx\r\nbroken", media=form)
    statuses = frozenset({400, 415, 422})
    media = "multipart/form-data"
    yield replace(good, why="no boundary", body=b"x", statuses=statuses, media=media)


def _of_json(good: Bad, operation: Mapping[str, Any], base: Any) -> Iterator[Bad]:
    for text in _NO_JSON:
        yield replace(good, why=f"no JSON: {text[:20]!r}", body=text)
    for body in (b"[]", b'"text"', b"1", b"null", b"true"):
        yield replace(good, why=f"the body is {body!r}", body=body)
    with_unknown = _sent({**base, "is_admin": True})
    yield replace(good, why="unknown field", body=with_unknown, pointer="/is_admin")
    schema = resolved(operation["requestBody"]["content"][_JSON]["schema"])
    if schema.get("required"):
        first = f"/{schema['required'][0]}"
        yield replace(good, why="empty object", body=b"{}", pointer=first)
        yield replace(good, why="no body", body=b"")
    for where, wrong in of_fields(schema):
        why = f"{where} = {json.dumps(wrong)[:40]}"
        yield replace(good, why=why, body=_sent(_with(base, where, wrong)), pointer=where)


def of_fields(schema: Mapping[str, Any], where: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (JSON pointer, wrong value) for every documented field, also those within objects."""
    for name, field in schema.get("properties", {}).items():
        kinds = [resolved(kind) for kind in field.get("anyOf", [resolved(field)])]
        yield from ((f"{where}/{name}", wrong) for wrong in _wrong_for(kinds))
        for kind in kinds:
            yield from of_fields(kind, f"{where}/{name}")
            if kind.get("type") == "array":
                items = _wrong_for([resolved(kind["items"])])
                yield from ((f"{where}/{name}/0", wrong) for wrong in items)


def wrong_methods(ids: Mapping[str, str]) -> Iterator[tuple[Bad, frozenset[str]]]:
    """Yield requests whose method the path does not take, with those that it takes."""
    for route, item in DOCUMENT["paths"].items():
        taken = frozenset(method.upper() for method in item)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"):
            if method not in taken:
                path = route.format(**ids)
                yield Bad(method, route, path, "wrong method", frozenset({405}), None, None), taken


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema that a reference leads to."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return DOCUMENT["components"]["schemas"][name] if name else schema


def body_of(method: str, route: str, operation: Mapping[str, Any], ids: Mapping[str, str]) -> Any:
    """Return a body that the route takes, None where it takes no JSON."""
    if _JSON not in operation.get("requestBody", {}).get("content", {}):
        return None
    return ({**_KEEPING, **_READING, **_bases(ids)}).get((method, route), {})


_READING: Mapping[tuple[str, str], Any] = {
    ("POST", "/v1/sites/{site_id}/report-readers"): {"email": "reader@a.example"},
}
_KEEPING: Mapping[tuple[str, str], Any] = {
    ("PUT", "/v1/retention"): {"days": {}},
    ("PUT", "/v1/sites/{site_id}/hold"): {"reason": "x"},
}


def _of_opportunities(ids: Mapping[str, str]) -> dict[tuple[str, str], Any]:
    below = "/v1/sites/{site_id}/opportunities"
    decision = {"opportunity_ids": [ids["opportunity_id"]], "decision": "reopen"}
    return {
        ("POST", f"{below}/searches"): {"pages": ["https://a.example/links"]},
        ("POST", f"{below}/decisions"): decision,
        ("POST", "/v1/sites/{site_id}/plan/assignments"): {
            "rows": [{"prospect_id": ids["prospect_id"]}]
        },
    }


def _bases(ids: Mapping[str, str]) -> Mapping[tuple[str, str], Any]:
    site_id, email = ids["site_id"], "new@a.example"
    decision = {"links": [ids["link_id"]], "decision": "keep", "reason": "x", "site_id": site_id}
    key = {"name": "k", "scopes": ["links:read"], "workspace_role": "viewer"}
    grant = {"actor_id": ids["user_id"], "site_id": site_id, "role": "viewer"}
    check = {"referring_url": "https://a.example/", "target": "b.example"}
    rule = {"name": "A rule", "kinds": ["link_lost"], "site_id": site_id}
    message = {"site_id": site_id, "mailbox_id": ids["mailbox_id"], "to_email": email}
    message |= {"subject": "x", "text": "x"}
    return _of_opportunities(ids) | {
        ("POST", "/v1/alerts/rules"): rule,
        ("POST", "/v1/alerts/rules/previews"): rule,
        ("POST", "/v1/briefs"): {"site_id": site_id},
        ("POST", "/v1/channels"): A_CHANNEL,
        ("POST", "/v1/checks"): check,
        ("POST", "/v1/grants"): grant,
        ("POST", "/v1/keys"): key,
        ("PUT", "/v1/channels/{channel_id}/buttons"): {"app_key": "0123456789abcdef" * 2},
        ("POST", "/v1/me/chats"): {"code": "x"},
        ("PUT", "/v1/me/password"): {"password": "correct horse battery"},
        ("POST", "/v1/placements"): {"site_id": site_id, "referring_domain": "a.example"},
        ("POST", "/v1/placements/imports"): {"site_id": site_id, "text": "https://a.example/x"},
        ("POST", "/v1/sites/{site_id}/prospects"): {"text": "a.example"},
        ("PATCH", "/v1/sites/{site_id}/prospects"): {"prospect_ids": [ids["prospect_id"]]},
        ("POST", "/v1/prospects/{prospect_id}/contacts"): {"email": email},
        ("POST", "/v1/contacts/exports"): {"email": email},
        ("POST", "/v1/relationships/{domain}/notes"): {"text": "x"},
        ("POST", "/v1/contacts/erasures"): {"email": email},
        ("PUT", "/v1/outreach/settings"): {"sending": False},
        ("POST", "/v1/mailboxes"): {"address": email, "smtp_host": "mail.a.example"},
        ("POST", "/v1/messages"): message,
        ("POST", "/v1/messages/approve"): {
            "messages": [{"message_id": ids["message_id"], "hash": "x"}]
        },
        ("POST", "/v1/messages/{message_id}/resolve"): {"outcome": "sent"},
        ("POST", "/v1/threads/{thread_id}/replies"): {"text": "x"},
        **_bodies_of_money(ids),
        ("POST", "/v1/reviews"): decision,
        ("POST", "/v1/reviews/undo"): {"review_ids": [ids["review_id"]]},
        ("POST", "/v1/sites/{site_id}/reviews/calibration/proposal"): {"accept": False},
        ("POST", "/v1/sequences"): {"site_id": site_id, "name": "x", "steps": [{"body": "x"}]},
        ("POST", "/v1/sequences/{sequence_id}/enrollments"): {"rows": [{}]},
        ("POST", "/v1/sessions"): {"email": email, "password": "x"},
        ("POST", "/v1/sites"): {"domain": "new.example"},
        ("PUT", "/v1/sites/{site_id}/connectors/{provider}"): {
            "key": "a-key-of-tests",
            "monthly_cap": 0,
        },
        ("POST", "/v1/sites/{site_id}/plan/suggestions"): {"referring_domain": "a.example"},
        ("POST", "/v1/sites/{site_id}/links"): {
            "links": [{"referring_url": "https://a.example/x"}]
        },
        ("POST", "/v1/suppressions"): {"values": ["a.example"]},
        ("POST", "/v1/suppressions/checks"): {"addresses": [email]},
        ("POST", "/v1/templates"): {"name": "t", "body": "x"},
        ("POST", "/v1/users"): {"email": email},
        ("POST", "/v1/vendors"): {"name": "v"},
        ("POST", "/v1/workspaces"): {"name": "w", "owner_email": email},
        ("PATCH", "/v1/workspaces/{workspace_id}"): {"name": "w"},
    }


def _bodies_of_money(ids: Mapping[str, str]) -> dict[tuple[str, str], Any]:
    site_id = ids["site_id"]
    return {
        ("POST", "/v1/payments"): {
            "placement_id": ids["placement_id"],
            "amount": "1",
            "currency": "EUR",
        },
        ("POST", "/v1/payments/paid"): {"paid_on": "2026-01-01"},
        ("POST", "/v1/offers"): {
            "site_id": site_id,
            "referring_domain": "a.example",
            "made_by": "us",
        },
        ("POST", "/v1/offers/{offer_id}/turns"): {"made_by": "us"},
        ("POST", "/v1/campaigns"): {"site_id": site_id, "name": "x"},
        ("POST", "/v1/campaigns/{campaign_id}/prospects"): {"prospect_ids": [ids["prospect_id"]]},
        ("POST", "/v1/exchanges"): {
            "site_id": site_id,
            "our_url": "https://other.example/x",
            "their_url": "https://a.example/",
        },
        ("PATCH", "/v1/threads/{thread_id}/mails/{inbound_id}"): {"kind": "noreply"},
    }


def _wrong_values(parameter: Mapping[str, Any]) -> Iterator[str]:
    name = parameter["name"]
    if name in _WRONG_QUERY:
        yield from _WRONG_QUERY[name]
        return
    schema = resolved(parameter["schema"])
    kinds = [resolved(kind) for kind in schema.get("anyOf", [schema])]
    if all("enum" in kind or kind.get("type") == "null" for kind in kinds):
        yield "nope"
        return
    for kind in kinds:
        if kind.get("type") != "null":
            yield from _OF_TYPE[kind.get("format") or kind["type"]]


def _wrong_for(kinds: list[Mapping[str, Any]]) -> Iterator[Any]:
    """Yield values that none of these kinds take."""
    types = {kind.get("type") for kind in kinds}
    yield from ("a\0b", {"is_admin": True})
    yield from (wrong for other, wrong in _OF_OTHER_TYPES.items() if other not in types)
    for one, wrong in _NOT_OF_TYPE.items():
        yield from wrong if one in types else ()
    if "string" in types:
        yield from _wrong_texts(kinds, may_be_number=bool(types & {"integer", "number"}))


def _wrong_texts(kinds: list[Mapping[str, Any]], *, may_be_number: bool) -> Iterator[Any]:
    if not may_be_number:
        yield 12
    if all(kind.get("maxLength", 0) < len(_LONG) for kind in kinds):
        yield _LONG
    if any("enum" in kind or "format" in kind for kind in kinds):
        yield from ("nope", "")


def _with(base: Any, where: str, value: Any) -> Any:
    """Return the body with one value put in at a JSON pointer; what it lies in is made."""
    step, _, rest = where.removeprefix("/").partition("/")
    if step == "0":
        return (
            [_with(base[0] if isinstance(base, list) and base else {}, rest, value)]
            if rest
            else [value]
        )
    inside = base.get(step, {}) if isinstance(base, dict) else {}
    outer = base if isinstance(base, dict) else {}
    return {**outer, step: _with(inside, f"/{rest}", value) if rest else value}


def _sent(body: Any) -> bytes | None:
    return None if body is None else json.dumps(body).encode()


def _media(operation: Mapping[str, Any]) -> str | None:
    content = operation.get("requestBody", {}).get("content", {})
    if _JSON in content:
        return _JSON
    return "multipart/form-data; boundary=xx" if content else None
