"""The generated pages of docs/: events, settings, metrics and contracts, made from the code.

`make docs` writes them; `test_docs.py` compares them with what is there.
"""

import importlib
import json
import textwrap
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from prometheus_client import Counter, Gauge, Histogram, Metric
from pydantic_core import PydanticUndefined

from services.cli.server import ClientSettings
from shared.events import REGISTRY, Event
from shared.events.envelope import ENVELOPE_FIELDS
from shared.migrations import SERVICES
from shared.settings import HouseSettings, is_secret, variables
from tests.architecture import calibration, dashboards

ROOT = Path(__file__).parents[2]
GENERATED = "<!-- made by `make docs`; do not edit -->\n"
CONTRACTS = "tests/architecture/events.json"
DASHBOARDS = "deploy/grafana/dashboards"
OPENAPI = "services/gateway/openapi/openapi.json"
_NEUTRAL = {"title", "description", "default"}


def pages() -> dict[str, Callable[[], str]]:
    """Return every generated file, relative to the repository, and what makes it."""
    return {
        "docs/events.md": events_page,
        "docs/settings.md": settings_page,
        "docs/metrics.md": metrics_page,
        "docs/api.md": api_page,
        "docs/calibration.svg": calibration.picture,
        "deploy/env.example": env_example,
        CONTRACTS: contracts_file,
        f"{DASHBOARDS}/bus.json": lambda: dashboards.bus_dashboard(metrics(), SERVICES),
        **{
            f"{DASHBOARDS}/{service}.json": partial(_service_dashboard, service)
            for service in SERVICES
        },
    }


def _service_dashboard(service: str) -> str:
    return dashboards.service_dashboard(service, metrics())


# ---- events --------------------------------------------------------------------------------------


def contracts() -> dict[str, Any]:
    """Return the JSON Schema of every event's data, by `name v<version>`."""
    return {
        f"{event.name} v{event.version}": _data_schema(event)
        for event in sorted(REGISTRY.values(), key=lambda event: event.name)
    }


def _data_schema(event: type[Event]) -> dict[str, Any]:
    schema = event.model_json_schema(mode="serialization")
    for field in ENVELOPE_FIELDS:
        schema["properties"].pop(field, None)
    schema["required"] = sorted(set(schema.get("required", ())) - ENVELOPE_FIELDS)
    return schema


def breaks(old: Any, new: Any, where: str = "") -> list[str]:
    """Return what a reader or writer of the old schema would trip over in the new one."""
    if isinstance(old, dict) and isinstance(new, dict):
        found = [f"{where}/{key} is gone" for key in old if key not in new and key not in _NEUTRAL]
        for key in old.keys() & new.keys() - _NEUTRAL:
            if key == "required":
                found += [f"{where} now requires {name}" for name in set(new[key]) - set(old[key])]
            elif key == "enum":
                found += [
                    f"{where} no longer knows {name}" for name in set(old[key]) - set(new[key])
                ]
            else:
                found += breaks(old[key], new[key], f"{where}/{key}")
        added = new.keys() - old.keys() - _NEUTRAL
        if "required" in added:
            found += [f"{where} now requires {name}" for name in new["required"]]
        if where.endswith(("properties", "$defs")):
            return found
        return found + [f"{where} now has {key}" for key in added - {"required"}]
    return [] if old == new else [f"{where}: {old!r} became {new!r}"]


def contracts_file() -> str:
    """Return the golden file; refuses to forget what readers of queued events still need."""
    golden = json.loads((ROOT / CONTRACTS).read_text(encoding="utf-8"))
    now = contracts()
    if found := breaks(golden, {name: now.get(name, {}) for name in golden}):
        raise SystemExit("These changes need a new version of the event: " + "; ".join(found))
    return json.dumps(contracts(), indent=1, sort_keys=True) + "\n"


def events_page() -> str:
    lines = [
        "# Events",
        GENERATED,
        "Facts that travel over the bus, as CloudEvents 1.0 in JSON. *Outward* ones are also sent to",
        "event streams and to whoever subscribes from outside. *Packed* ones travel many in a message.",
        "",
        "| event | from | to | outward | packed |",
        "|---|---|---|---|---|",
    ]
    found = sorted(REGISTRY.values(), key=lambda event: event.name)
    for event in found:
        anchor = event.name.replace(".", "")
        lines.append(
            f"| [`{event.name}`](#{anchor}) | {event.publisher} | {', '.join(event.consumers)} "
            f"| {'yes' if event.outward else ''} | {'yes' if event.packed else ''} |"
        )
    for event in found:
        lines += ["", f"## `{event.name}`", "", _doc(event), "", *_fields(event)]
    return "\n".join(lines) + "\n"


def _fields(event: type[Event]) -> Iterator[str]:
    yield "| field | type | required |"
    yield "|---|---|---|"
    schema = _data_schema(event)
    for name, field in event.model_fields.items():
        if name in ENVELOPE_FIELDS:
            continue
        required = "yes" if field.is_required() else ""
        yield f"| `{name}` | {_type(schema['properties'][name])} | {required} |"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if "anyOf" in schema:
        return " or ".join(_type(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type", "any"))


def _doc(thing: type) -> str:
    return " ".join((thing.__doc__ or "").split())


# ---- settings ------------------------------------------------------------------------------------


def settings_classes() -> dict[str, type[HouseSettings]]:
    """Return the settings of every service and of the commands; `house` are those that all share."""
    found: dict[str, type[HouseSettings]] = {"house": HouseSettings, "commands": ClientSettings}
    for service in SERVICES:
        found[service] = importlib.import_module(f"services.{service}.settings").Settings
    return found


def own_fields(settings: type[HouseSettings]) -> list[str]:
    """Return the fields that a class adds to the house's."""
    shared = () if settings is HouseSettings else HouseSettings.model_fields
    return [name for name in settings.model_fields if name not in shared]


def settings_page() -> str:
    lines = [
        "# Settings",
        GENERATED,
        "Every setting is an environment variable. A service may differ from the others:",
        "`ANCHORWATCH_CRAWLER_LOG_LEVEL` wins over `ANCHORWATCH_LOG_LEVEL` for the crawler. A secret may",
        "come from a file: `..._FILE` names it. Lists are separated by commas.",
    ]
    for name, settings in settings_classes().items():
        lines += ["", f"## {name.capitalize()}", "", "| variable | default | what it does |"]
        lines += ["|---|---|---|", *_rows(settings)]
    return "\n".join(lines) + "\n"


def _rows(settings: type[HouseSettings]) -> Iterator[str]:
    for name in own_fields(settings):
        field = settings.model_fields[name]
        variable = variables(settings, name)[-1]
        shown = f"`{variable}`" + (" or `_FILE`" if is_secret(field.annotation) else "")
        yield f"| {shown} | {default_of(settings, name)} | {field.description} |"


def default_of(settings: type[HouseSettings], name: str) -> str:
    """Return the default as a person would write it into the environment."""
    field = settings.model_fields[name]
    value = field.get_default(call_default_factory=True)
    if value is None or value is PydanticUndefined:
        return "none"
    if hasattr(value, "get_secret_value"):
        value = value.get_secret_value()
    if isinstance(value, set | frozenset):
        value = sorted(value)  # the order of a set is no promise between processes
    if isinstance(value, tuple | list):
        value = ",".join(map(str, value)) or "empty"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def env_example() -> str:
    lines = [
        "# Every setting with its default (docs/settings.md says more). Made by `make docs`.",
        "# A line that stays commented out keeps the default.",
    ]
    for name, settings in settings_classes().items():
        lines += ["", f"# ---- {name} ----"]
        for field in own_fields(settings):
            default = default_of(settings, field).strip("`")
            shown = "" if default in {"none", "empty"} else default
            description = settings.model_fields[field].description or ""
            lines += textwrap.wrap(description, 98, initial_indent="# ", subsequent_indent="# ")
            lines.append(f"#{variables(settings, field)[-1]}={shown}")
    return "\n".join(lines) + "\n"


# ---- metrics -------------------------------------------------------------------------------------


def metrics() -> dict[str, Counter | Gauge | Histogram]:
    """Return every metric of the house and of the services by the name that `/metrics` shows."""
    modules = ["shared.metrics", "shared.bus.metrics"]
    modules += [f"services.{service}.metrics" for service in SERVICES]
    found = {}
    for module in map(importlib.import_module, modules):
        for metric in _metrics_in(module):
            family = family_of(metric)
            found[family.name + ("_total" if family.type == "counter" else "")] = metric
    return found


def family_of(metric: Counter | Gauge | Histogram) -> Metric:
    """Return the name, kind and text of a metric."""
    return next(iter(metric.describe()))


def _metrics_in(module: ModuleType) -> Iterator[Counter | Gauge | Histogram]:
    for thing in vars(module).values():
        if isinstance(thing, Counter | Gauge | Histogram):
            yield thing


def metrics_page() -> str:
    lines = [
        "# Metrics",
        GENERATED,
        "Every service shows these at `/metrics`. Labels are few and closed: never a URL, a domain or",
        "an id.",
        "",
        "| metric | kind | labels | what it says |",
        "|---|---|---|---|",
    ]
    for name, metric in sorted(metrics().items()):
        family = family_of(metric)
        labels = ", ".join(f"`{label}`" for label in metric._labelnames)
        lines.append(f"| `{name}` | {family.type} | {labels} | {family.documentation} |")
    return "\n".join(lines) + "\n"


# ---- routes --------------------------------------------------------------------------------------


def api_page() -> str:
    openapi = json.loads((ROOT / OPENAPI).read_text(encoding="utf-8"))
    lines = [
        "# Routes",
        GENERATED,
        "The gateway serves all of them; send a key as `Authorization: Bearer aw_...`. Parameters, bodies",
        "and answers are in the OpenAPI document: `/openapi.json` of a running Anchorwatch, or",
        f"[the file](../{OPENAPI}). Errors are `application/problem+json` everywhere.",
        "",
        "| route | what it does |",
        "|---|---|",
    ]
    for path, methods in sorted(openapi["paths"].items()):
        for method, operation in methods.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                text = operation.get("description") or operation.get("summary", "")
                first = " ".join(text.split("\n\n")[0].split()).replace("|", "\\|")
                lines.append(f"| `{method.upper()} {path}` | {first} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for file, make in pages().items():
        (ROOT / file).write_text(make(), encoding="utf-8")
