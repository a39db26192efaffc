"""Services that know links, as their public pages say that they answer, on one server of loopback."""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KEY = "aVerySecretKey-0123456789"
OLD = "2025-03-04T10:00:00Z"


@dataclass
class Market:
    """All providers at one address: what they know, what they were asked."""

    url: str = ""
    links: list[tuple[str, str]] = field(default_factory=lambda: [("one", OLD), ("two", OLD)])
    asked: list[web.Request] = field(default_factory=list)
    key: str = KEY

    async def ahrefs(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return web.json_response({"error": f"bad key {KEY}"}, status=403)
        begin, limit = int(request.query["offset"]), int(request.query["limit"])
        rows = [
            {"url_from": f"https://{name}.example/a", "url_to": "https://acme.example/"}
            | {"anchor": "Acme\nhome", "first_seen": seen, "is_nofollow": False}
            | {"domain_rating_source": 55.0, "lost_reason": None}
            for name, seen in self.links[begin : begin + limit]
        ]
        told = {"x-api-units-cost-total-actual": str(max(50, 12 * len(rows)))}
        return web.json_response({"backlinks": rows}, headers=told)

    async def semrush(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        if request.query["key"] != self.key:
            return web.Response(text="ERROR 120 :: WRONG KEY - ID PAIR")
        head = "source_url;target_url;anchor;page_ascore;source_title;nofollow;first_seen;last_seen"
        rows = [
            f'https://{name}.example/a;https://acme.example/;"A;c";12;Title;false;1741082400;1790000000'
            for name, _ in self.links
        ]
        return web.Response(text="\n".join([head, *rows]))

    async def dataforseo(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        if request.headers.get("Authorization", "")[:6] != "Basic ":
            return web.json_response({"tasks": None}, status=401)
        items = [
            {"url_from": f"https://{name}.example/a", "url_to": "https://acme.example/"}
            | {"anchor": "x", "dofollow": True, "first_seen": "2025-03-04 10:00:00 +00:00"}
            for name, _ in self.links
        ]
        task = {"status_code": 20000, "cost": 0.02006, "result": [{"items": items}]}
        return web.json_response({"status_code": 20000, "tasks": [task]})

    async def majestic(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        if request.query["app_api_key"] != self.key:
            return web.json_response(
                {"Code": "InvalidAPIKey", "ErrorMessage": f"bad {KEY}", "FullError": ""}
            )
        begin, count = int(request.query["From"]), int(request.query["Count"])
        rows = [
            {"SourceURL": f"https://{name}.example/a", "TargetURL": "https://acme.example/"}
            | {"AnchorText": "Acme", "FlagNoFollow": 0, "FlagDeleted": 0, "ACRank": 1}
            | {"FirstIndexedDate": seen[:10], "LastSeenDate": "2026-10-01"}
            | {"SourceTrustFlow": 20, "SourceCitationFlow": 31, "Date": "2026-10-01"}
            for name, seen in self.links[begin : begin + count]
        ]
        table = {"Headers": {"AvailableLines": len(self.links)}, "Data": rows}
        return web.json_response(
            {"Code": "OK", "ErrorMessage": "", "FullError": "", "DataTables": {"BackLinks": table}}
        )

    async def bing(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        if request.query["apikey"] != self.key:
            return web.json_response(
                {"ErrorCode": 3, "Message": f"ERROR!!! InvalidApiKey {KEY}"}, status=400
            )
        site, method = "https://acme.example/", request.match_info["method"]
        if method == "GetUserSites":
            sites = [("https://shop.example/", True), ("http://www.acme.example/", True)]
            sites += [(site, True), ("https://acme.example.org/", False)]
            told: Any = [{"Url": url, "IsVerified": ok} for url, ok in sites]
            return web.json_response({"d": told})
        assert request.query["siteUrl"] == site
        page = int(request.query["page"])
        if method == "GetLinkCounts":  # two pages, one target on each
            told = [{"Url": f"{site}{'ab'[page]}", "Count": 1 + page}]
            return web.json_response({"d": {"Links": told, "TotalPages": 2}})
        mine = self.links[page :: len(self.links)] if request.query["link"] == f"{site}a" else []
        details = [{"Url": f"https://{name}.example/a", "AnchorText": "A"} for name, _ in mine]
        pages = len(self.links) if mine else 1
        return web.json_response({"d": {"Details": details, "TotalPages": pages}})

    async def yandex(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        if request.headers.get("Authorization") != f"OAuth {self.key}":
            told: Any = {"error_code": "INVALID_OAUTH_TOKEN", "error_message": KEY}
            return web.json_response(told, status=403)
        steps = request.path.split("/")[2:]
        if steps == ["user"]:
            return web.json_response({"user_id": 12345678901})
        assert steps[:3] == ["user", "12345678901", "hosts"]
        if len(steps) == 3:
            hosts = [("http", "acme.example", True), ("https", "acme.example", True)]
            hosts += [("https", "other.example", True), ("https", "acme.example", False)]
            told = [
                {"host_id": f"{scheme}:{host}:{443 if scheme == 'https' else 80}"}
                | {"ascii_host_url": f"{scheme}://{host}/", "verified": ok, "main_mirror": None}
                for scheme, host, ok in hosts
            ]
            return web.json_response({"hosts": told})
        assert steps[3:] == ["https:acme.example:443", "links", "external", "samples"]
        begin, limit = int(request.query["offset"]), int(request.query["limit"])
        assert 1 <= limit <= 100
        rows = [
            {"source_url": f"https://{name}.example/a", "destination_url": "https://acme.example/"}
            | {"discovery_date": seen[:10], "source_last_access_date": "2026-10-01"}
            for name, seen in self.links[begin : begin + limit]
        ]
        return web.json_response({"count": len(self.links), "links": rows})

    def app(self) -> web.Application:
        """Return the server of all of them."""
        app = web.Application()
        app.router.add_get("/v3/site-explorer/all-backlinks", self.ahrefs)
        app.router.add_get("/analytics/v1/", self.semrush)
        app.router.add_post("/v3/backlinks/backlinks/live", self.dataforseo)
        app.router.add_get("/api/json", self.majestic)
        app.router.add_get("/webmaster/api.svc/json/{method}", self.bing)
        app.router.add_get("/v4/user", self.yandex)
        app.router.add_get("/v4/user/{rest:.*}", self.yandex)
        return app
