"""Redirect rules in the languages of web servers. Whatever a path holds, it stays a path; pure."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence

from services.profile.domain.redirects.rules import Rule

_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_-")
_SLASHES = re.compile("//+")
_CONTROL = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
MEDIA_TYPES = {"csv": "text/csv", "cloudflare": "text/csv"}


def export(rules: Sequence[Rule], form: str, *, host: str) -> str:
    """Return the rules in one of FORMATS."""
    return FORMATS[form](rules, host)


# ---- nginx --------------------------------------------------------------------------------------


def _nginx(rules: Sequence[Rule], host: str) -> str:
    """Maps by the decoded path, by path and query, and by the request as sent (paths that are no text)."""
    maps: dict[str, dict[str, str]] = {"$uri": {}, "$uri?$args": {}, "$request_uri": {}}
    for rule in rules:
        variable, key = _nginx_key(rule)
        # nginx compares the keys of a map without regard to case.
        maps[variable].setdefault(key.lower(), _quoted(key, rule.target or "410"))
    lines = [f"# Redirects of {host}. The maps belong into http {{ }}, the ifs into server {{ }}."]
    lines.append("map_hash_bucket_size 512;")
    default, name = '""', ""
    for number, (variable, keys) in enumerate(maps.items(), 1):
        name = f"$anchorwatch_{number}"
        lines += [f'map "{variable}" {name} {{', f"    default {default};", *keys.values(), "}"]
        default = name
    lines += [f'if ({name} = "410") {{ return 410; }}', f"if ({name}) {{ return 301 {name}; }}"]
    return _text(lines)


def _nginx_key(rule: Rule) -> tuple[str, str]:
    text = rule.text
    if text is None or "\0" in text:
        return "$request_uri", rule.escaped + (f"?{rule.query}" if rule.query else "")
    text = _SLASHES.sub("/", text)  # as nginx does before it looks
    return ("$uri?$args", f"{text}?{rule.query}") if rule.query else ("$uri", text)


def _quoted(source: str, value: str) -> str:
    # A `$` would be a variable in the value; targets hold %24 instead.
    return f"    {_string(source)} {_string(value)};"


def _string(text: str) -> str:
    return '"' + "".join(_CONTROL.get(letter, letter) for letter in text) + '"'


# ---- Apache -------------------------------------------------------------------------------------


def _apache(rules: Sequence[Rule], host: str) -> str:
    """mod_rewrite, for a virtual host or a .htaccess file; patterns see the decoded path."""
    lines = [f"# Redirects of {host}: for the virtual host or .htaccess.", "RewriteEngine On"]
    for rule in rules:
        if rule.query:
            pattern = _pattern(rule.query.encode())
            lines.append(f'RewriteCond "%{{QUERY_STRING}}" "^{pattern}$"')
        pattern = f"^/?{_pattern(rule.path.lstrip(b'/'))}$"
        if rule.target is None:
            lines.append(f'RewriteRule "{pattern}" "-" [G]')
        else:
            # A bare % would be a group of the RewriteCond above.
            target = rule.target.replace("%", "\\%")
            dropped = ",QSD" if rule.query else ""
            lines.append(f'RewriteRule "{pattern}" "{target}" [R=301,NE,L{dropped}]')
    return _text(lines)


def _pattern(text: bytes) -> str:
    found = "".join(chr(byte) if byte in _PLAIN else f"\\x{byte:02x}" for byte in text)
    return _SLASHES.sub("/+", found)  # Apache may or may not have merged them


# ---- Netlify ------------------------------------------------------------------------------------


def _netlify(rules: Sequence[Rule], host: str) -> str:
    """The file `_redirects`. It knows no 410: a page that is gone answers 404 there by itself."""
    lines = [f"# Redirects of {host}: the file _redirects."]
    for rule in rules:
        if rule.target is None:
            lines.append(f"# gone: {rule.escaped}")
            continue
        wanted = [pair for pair in rule.query.split("&") if pair]
        query = " ".join(pair if "=" in pair else f"{pair}=" for pair in wanted)
        lines.append(" ".join(filter(None, (rule.escaped, query, rule.target, "301!"))))
    return _text(lines)


# ---- Cloudflare ---------------------------------------------------------------------------------


def _cloudflare(rules: Sequence[Rule], host: str) -> str:
    """A list for Bulk Redirects, which knows neither 410 nor sources with a query."""
    rows = []
    for rule in rules:
        if rule.target is not None and not rule.query:
            target = rule.target if "://" in rule.target else f"https://{host}{rule.target}"
            source = f"https://{host}{rule.escaped}"
            rows.append((source, target, "301", "TRUE", "FALSE", "FALSE", "FALSE"))
    return _table(rows)


# ---- Caddy --------------------------------------------------------------------------------------


def _caddy(rules: Sequence[Rule], host: str) -> str:
    """Matchers by the escaped path: no wildcard and no placeholder can stand in it."""
    lines = [f"# Redirects of {host}: into the site's block."]
    for number, rule in enumerate(rules, 1):
        lines.append(f"@anchorwatch{number} {{")
        lines.append(f'    path "{rule.escaped}"')
        lines += [
            f'    query "{pair}"' for pair in rule.query.replace("*", "%2A").split("&") if pair
        ]
        lines.append("}")
        if rule.target is None:
            lines.append(f"respond @anchorwatch{number} 410")
        else:
            lines.append(f'redir @anchorwatch{number} "{rule.target}" 301')
    return _text(lines)


# ---- tables -------------------------------------------------------------------------------------


def _csv(rules: Sequence[Rule], host: str) -> str:
    return _table([("source", "target", "status"), *_rows(rules, host)])


def _rows(rules: Sequence[Rule], host: str) -> Iterator[tuple[str, str, str]]:
    for rule in rules:
        source = f"https://{host}{rule.escaped}" + (f"?{rule.query}" if rule.query else "")
        yield source, rule.target or "", str(rule.status)


def _table(rows: Sequence[Sequence[str]]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


FORMATS: dict[str, Callable[[Sequence[Rule], str], str]] = {
    "nginx": _nginx,
    "apache": _apache,
    "netlify": _netlify,
    "cloudflare": _cloudflare,
    "caddy": _caddy,
    "csv": _csv,
}
