"""Services that sell links, asked by key: Ahrefs, Semrush, DataForSEO, Majestic; pure."""

import csv
import io
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from services.profile.domain.connectors.port import (
    MAX_ROWS,
    Ask,
    Paged,
    PulledPage,
    Reply,
    Request,
    new_rows,
    no_sense,
    refused,
    table,
)


class Ahrefs(Paged):
    """Ahrefs API v3, site-explorer/all-backlinks: 1 unit for each field of a row, 50 at least."""

    columns = (
        *("url_from", "url_to", "anchor", "title", "is_nofollow", "is_ugc", "is_sponsored"),
        *("first_seen", "last_visited", "http_code", "domain_rating_source", "lost_reason"),
    )
    unit = "API units"
    page_rows = 1_000

    def estimate(self, rows: int) -> int:
        return max(50, rows * len(self.columns))

    def request(self, ask: Ask, key: str) -> Request:
        query = {
            "target": ask.domain,
            "mode": "subdomains",
            "select": ",".join(self.columns),
            "order_by": "first_seen:desc",
            "limit": str(ask.limit),
            "offset": str(ask.offset),
        }
        if ask.since is not None:
            query["where"] = f'{{"field":"first_seen","is":["gte","{ask.since.isoformat()}"]}}'
        headers = {"Authorization": f"Bearer {key}"}
        return Request("GET", "/v3/site-explorer/all-backlinks", headers, urlencode(query))

    def read(self, reply: Reply, ask: Ask) -> PulledPage:
        if reply.status != 200:
            raise refused("Ahrefs", reply.status)
        decoded = reply.decoded()
        if not isinstance(decoded, dict):
            raise no_sense("Ahrefs")
        rows = table(decoded.get("backlinks"), self.columns, "Ahrefs")
        told = reply.headers.get("x-api-units-cost-total-actual", "")
        units = int(told) if told.isdecimal() and len(told) < 10 else self.estimate(len(rows))
        return PulledPage(new_rows(rows, self.columns, ask.since), len(rows), units)


class Semrush(Paged):
    """Semrush Backlinks API: 40 units a line. One call for a pull, the newest links first."""

    columns = (
        *("source_url", "target_url", "anchor", "page_ascore", "source_title", "nofollow"),
        *("first_seen", "last_seen"),
    )
    unit = "API units"
    page_rows = MAX_ROWS

    def estimate(self, rows: int) -> int:
        return 40 * max(rows, 1)

    def request(self, ask: Ask, key: str) -> Request:
        query = {
            "type": "backlinks",
            "key": key,
            "target": ask.domain,
            "target_type": "root_domain",
            "export_columns": ",".join(self.columns),
            "display_sort": "first_seen_desc",
            "display_limit": str(ask.limit),
        }
        return Request("GET", "/analytics/v1/", {}, urlencode(query))

    def read(self, reply: Reply, ask: Ask) -> PulledPage:
        text = reply.body.decode(errors="replace").lstrip("\ufeff")
        if text.startswith("ERROR 50 "):
            return PulledPage([], 0, 0)
        if text.startswith(("ERROR 120 ", "ERROR 121 ", "ERROR 122 ")):
            raise refused("Semrush", 401)
        if text.startswith(("ERROR 131 ", "ERROR 132 ", "ERROR 134 ")):
            raise refused("Semrush", 402)
        if reply.status != 200:
            raise refused("Semrush", reply.status)
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
        if not lines or "source_url" not in lines[0]:
            raise no_sense("Semrush")
        items = [dict(zip(lines[0], line, strict=False)) for line in lines[1:] if line]
        for item in items:
            for name in ("first_seen", "last_seen"):
                item[name] = _from_seconds(item.get(name, ""))
        rows = table(items, self.columns, "Semrush")
        units = 40 * len(rows)
        return PulledPage(new_rows(rows, self.columns, ask.since), len(rows), units)


def _from_seconds(text: str) -> str:
    if not text.isdecimal() or len(text) > 10:
        return text
    return datetime.fromtimestamp(int(text), UTC).strftime("%Y-%m-%d %H:%M:%S")


class DataForSeo(Paged):
    """DataForSEO backlinks/live: 0.02 dollars a call and 0.00003 a row; a unit is 0.00001 dollars."""

    columns = (
        *("url_from", "url_to", "anchor", "page_from_title", "dofollow", "first_seen", "last_seen"),
        *("page_from_status_code", "rank", "backlink_spam_score", "semantic_location", "is_lost"),
    )
    unit = "hundred-thousandths of a dollar"
    page_rows = 1_000

    def estimate(self, rows: int) -> int:
        return 2_000 + 3 * rows

    def request(self, ask: Ask, key: str) -> Request:
        task: dict[str, Any] = {
            "target": ask.domain,
            "mode": "as_is",
            "limit": ask.limit,
            "offset": ask.offset,
            "order_by": ["first_seen,desc"],
        }
        if ask.since is not None:
            task["filters"] = ["first_seen", ">=", f"{ask.since.isoformat()} 00:00:00 +00:00"]
        return Request("POST", "/v3/backlinks/backlinks/live", json=[task], basic=key)

    def read(self, reply: Reply, ask: Ask) -> PulledPage:
        if reply.status != 200:
            raise refused("DataForSEO", reply.status)
        try:
            task = reply.decoded()["tasks"][0]
            code, result = int(task["status_code"]), task.get("result")
            found = result[0].get("items") if result else []
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            raise no_sense("DataForSEO") from None
        if code != 20_000:
            raise refused("DataForSEO", code // 100)
        rows = table(found or [], self.columns, "DataForSEO")
        cost = task.get("cost")
        told = round(cost * 100_000) if isinstance(cost, int | float) else None
        units = self.estimate(len(rows)) if told is None else max(told, 0)
        return PulledPage(new_rows(rows, self.columns, ask.since), len(rows), units)


class Majestic(Paged):
    """Majestic GetBackLinkData: 1 retrieval unit a row and 5,000 analysis units a call, added up.

    It sorts by its own idea of what a link is worth and knows no filter by date, so a delta reads the
    same rows and keeps those first seen since.
    """

    columns = (
        *("TargetURL", "SourceURL", "AnchorText", "LastSeenDate", "FirstIndexedDate"),
        *("FlagNoFollow", "FlagImages", "FlagRedirect", "FlagFrame", "FlagDeleted"),
        *("SourceCitationFlow", "SourceTrustFlow"),
    )
    unit = "resource units"
    page_rows = 5_000
    _ANALYSIS = 5_000

    def estimate(self, rows: int) -> int:
        return self._ANALYSIS + rows

    def request(self, ask: Ask, key: str) -> Request:
        query = {
            "app_api_key": key,
            "cmd": "GetBackLinkData",
            "item": ask.domain,
            "datasource": "fresh",
            "Count": str(ask.limit),
            "From": str(ask.offset),
            "Mode": "1",
        }
        return Request("GET", "/api/json", {}, urlencode(query))

    def read(self, reply: Reply, ask: Ask) -> PulledPage:
        if reply.status != 200:
            raise refused("Majestic", reply.status)
        decoded = reply.decoded()
        if not isinstance(decoded, dict):
            raise no_sense("Majestic")
        code = str(decoded.get("Code", ""))
        if code and code != "OK":
            raise refused("Majestic", _majestic_status(code))
        try:
            found = decoded["DataTables"]["BackLinks"]["Data"]
        except (KeyError, TypeError):
            raise no_sense("Majestic") from None
        rows = table(found, self.columns, "Majestic")
        kept = new_rows(rows, self.columns, ask.since, by="FirstIndexedDate")
        return PulledPage(kept, len(rows), self._ANALYSIS + len(rows), more=len(rows) >= ask.limit)


def _majestic_status(code: str) -> int:
    """Return the HTTP status that would say the same; their names of errors are not all published."""
    told = code.lower()
    if "key" in told or "auth" in told or "access" in told:
        return 401
    return 402 if "resource" in told or "insufficient" in told or "limit" in told else 500
