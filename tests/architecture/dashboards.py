"""The Grafana dashboards, one for each service and one for the bus, made from the metrics themselves."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

Metrics = dict[str, Counter | Gauge | Histogram]
_WIDTH, _HEIGHT, _COLUMNS = 8, 7, 24
_SOURCE = {"type": "prometheus", "uid": "${source}"}
# What a dashboard of a service shows of the house metrics, first.
_OF_EVERY_SERVICE = (
    "anchorwatch_http_requests_total",
    "anchorwatch_http_request_duration_seconds",
    "anchorwatch_events_published_total",
    "anchorwatch_events_consumed_total",
    "anchorwatch_event_lag_seconds",
    "anchorwatch_outbox_pending_events",
    "anchorwatch_jobs_running",
)
_RABBIT = (
    ("Messages ready, by queue", "sum by (queue) (rabbitmq_queue_messages_ready)", "short"),
    (
        "Messages taken and not acknowledged",
        "sum by (queue) (rabbitmq_queue_messages_unacked)",
        "short",
    ),
)


def service_dashboard(service: str, metrics: Metrics) -> str:
    """Return the dashboard of one service: what all have, then what only it measures."""
    own = [name for name in metrics if name.startswith(f"anchorwatch_{service}_")]
    selector = f'service="{service}"'
    panels = [
        *(_panel(name, metrics[name], selector) for name in _OF_EVERY_SERVICE),
        *(_panel(name, metrics[name], "") for name in sorted(own)),
    ]
    return _dashboard(f"anchorwatch-{service}", f"Anchorwatch: {service}", panels)


def bus_dashboard(metrics: Metrics, services: Iterable[str]) -> str:
    """Return the dashboard of the bus: outboxes, batches, retries and the broker."""
    prefixes = tuple(f"anchorwatch_{service}_" for service in services)
    shown = [
        name
        for name in sorted(metrics)
        if not name.startswith(prefixes) and "_http_" not in name and "upstream" not in name
    ]
    panels = [_panel(name, metrics[name], "") for name in shown]
    panels += [_graph(title, [(query, "{{queue}}")], unit) for title, query, unit in _RABBIT]
    return _dashboard("anchorwatch-bus", "Anchorwatch: bus", panels)


def _panel(name: str, metric: Counter | Gauge | Histogram, selector: str) -> dict[str, Any]:
    family = next(iter(metric.describe()))
    labels = [label for label in metric._labelnames if label != "service" or not selector]
    legend = " ".join(f"{{{{{label}}}}}" for label in labels) or name
    braces = f"{{{selector}}}" if selector else ""
    by = f" by ({', '.join(labels)})" if labels else ""
    title = family.documentation.rstrip(".")
    if isinstance(metric, Counter):
        return _graph(
            f"{title}, per second", [(f"sum{by} (rate({name}{braces}[5m]))", legend)], "ops"
        )
    if isinstance(metric, Gauge):
        return _graph(title, [(f"max{by} ({name}{braces})", legend)], _unit(name))
    queries = [
        (f"histogram_quantile({q}, sum by (le) (rate({name}_bucket{braces}[5m])))", f"p{100 * q:g}")
        for q in (0.5, 0.95, 0.99)
    ]
    return _graph(title, queries, _unit(name))


def _unit(name: str) -> str:
    endings = {"_timestamp_seconds": "dateTimeFromNow", "_seconds": "s", "_bytes": "bytes"}
    return next((unit for end, unit in endings.items() if name.endswith(end)), "short")


def _graph(title: str, queries: Sequence[tuple[str, str]], unit: str) -> dict[str, Any]:
    return {
        "type": "timeseries",
        "title": title,
        "datasource": _SOURCE,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}},
        "targets": [
            {"refId": chr(65 + at), "datasource": _SOURCE, "expr": query, "legendFormat": legend}
            for at, (query, legend) in enumerate(queries)
        ],
    }


def _dashboard(uid: str, title: str, panels: Sequence[dict[str, Any]]) -> str:
    per_row = _COLUMNS // _WIDTH
    for at, panel in enumerate(panels):
        x, y = _WIDTH * (at % per_row), _HEIGHT * (at // per_row)
        panel |= {"id": at + 1, "gridPos": {"x": x, "y": y, "w": _WIDTH, "h": _HEIGHT}}
    dashboard = {
        "id": None,
        "uid": uid,
        "title": title,
        "tags": ["anchorwatch"],
        "timezone": "browser",
        "schemaVersion": 41,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [
                {"name": "source", "label": "Source", "type": "datasource", "query": "prometheus"}
            ]
        },
        "panels": panels,
    }
    return json.dumps(dashboard, indent=1) + "\n"
