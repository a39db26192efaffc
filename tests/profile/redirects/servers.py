"""Small interpreters of the configurations that we write: each reads the text as its server would.

They know the lexing rules of each format (quotes, escapes, comments) and answer one request.
"""

import csv
import io
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

Answer = tuple[int, str | None]
NOT_OURS: Answer = (404, None)


@dataclass(frozen=True)
class Asked:
    """A request as it stands on the wire."""

    raw: str

    @property
    def path(self) -> str:
        return self.raw.partition("?")[0]

    @property
    def query(self) -> str:
        return self.raw.partition("?")[2]

    @property
    def decoded(self) -> bytes:
        return unquote_to_bytes(self.path)


# ---- nginx --------------------------------------------------------------------------------------

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


def nginx_tokens(text: str) -> Iterator[str]:
    """The lexer of ngx_conf_read_token, as far as we use it."""
    place = 0
    while place < len(text):
        letter = text[place]
        if letter == "#":
            place = text.index("\n", place)
        elif letter in "{};":
            yield letter
        elif letter == '"':
            word, place = _quoted(text, place + 1)
            yield "=" + word
        elif not letter.isspace():
            end = place
            while text[end] not in " \n\t;{}":
                end += 1
            yield text[place:end]
            place = end
            continue
        place += 1


def _quoted(text: str, place: int) -> tuple[str, int]:
    word = ""
    while text[place] != '"':
        if text[place] == "\\":
            place += 1
            word += _ESCAPES.get(text[place], "\\" + text[place])
        else:
            word += text[place]
        place += 1
    return word, place


class Nginx:
    """Two maps and the ifs behind them."""

    def __init__(self, text: str) -> None:
        self.maps: dict[str, tuple[str, dict[str, str], str]] = {}
        words = list(nginx_tokens(text))
        place = 0
        while place < len(words):
            if words[place] == "map":
                place = self._read_map(words, place)
            place += 1
        self.last = list(self.maps)[-1]
        assert f'if ({self.last} = "410") {{ return 410; }}' in text

    def _read_map(self, words: list[str], place: int) -> int:
        source, name = words[place + 1].lstrip("="), words[place + 2]
        assert words[place + 3] == "{"
        place += 4
        pairs: dict[str, str] = {}
        default = ""
        while words[place] != "}":
            key, value, end = words[place : place + 3]
            assert end == ";"
            if key == "default":
                default = value
            else:
                assert "$" not in value, "this would be a variable"
                assert key[1:].lower() not in pairs, "conflicting parameter"
                assert not key[1:].startswith("~"), "this would be a regular expression"
                pairs[key[1:].lower()] = value[1:]
            place += 3
        self.maps[name] = (source, pairs, default)
        return place

    def __call__(self, asked: Asked) -> Answer:
        found = self._value(self.last, asked)
        if found == "410":
            return 410, None
        return (301, found) if found else NOT_OURS

    def _value(self, name: str, asked: Asked) -> str:
        if name == "$uri":
            return re.sub("//+", "/", asked.decoded.decode("utf-8", "surrogateescape"))
        if name == "$uri?$args":
            return f"{self._value('$uri', asked)}?{asked.query}"
        if name == "$request_uri":
            return asked.raw
        source, pairs, default = self.maps[name]
        value = pairs.get(self._value(source, asked).lower())
        if value is not None:
            return value
        return self._value(default, asked) if default.startswith("$") else default.lstrip("=")


# ---- Apache -------------------------------------------------------------------------------------


def apache_words(line: str) -> list[str]:
    """Words of a line: in quotes `\\\\` and `\\"` lose their backslash, nothing else does."""
    found = re.findall(r'"((?:\\.|[^"\\])*)"|(\S+)', line)
    assert "${" not in line, "this would be a variable"
    return [re.sub(r'\\([\\"])', r"\1", quoted) if quoted else word for quoted, word in found]


class Apache:
    """RewriteCond on the query, RewriteRule on the decoded path, as in a virtual host."""

    def __init__(self, text: str) -> None:
        self.rules: list[tuple[str | None, str, str, set[str]]] = []
        condition = None
        for line in text.splitlines():
            if line.startswith("RewriteCond"):
                _, variable, condition = apache_words(line)
                assert variable == "%{QUERY_STRING}"
            elif line.startswith("RewriteRule"):
                _, pattern, target, flags = apache_words(line)
                self.rules.append((condition, pattern, target, set(flags.strip("[]").split(","))))
                condition = None
            else:
                assert line.startswith("#") or line == "RewriteEngine On"

    def __call__(self, asked: Asked) -> Answer:
        path = asked.decoded.decode("latin-1")  # bytes as letters, as PCRE sees them
        for condition, pattern, target, flags in self.rules:
            if condition is not None and not re.search(condition, asked.query):
                continue
            # In PCRE a final $ also matches before a newline, as in Python.
            if re.search(pattern, path) is None:
                continue
            return (410, None) if "G" in flags else (301, self._expand(target, asked, flags))
        return NOT_OURS

    def _expand(self, target: str, asked: Asked, flags: set[str]) -> str:
        assert not re.search(r"(?<!\\)[%$][0-9]", target), "this would be a group"
        found = re.sub(r"\\(.)", r"\1", target)
        assert "NE" in flags
        keep = asked.query and "QSD" not in flags and "?" not in found
        return f"{found}?{asked.query}" if keep else found


# ---- Netlify ------------------------------------------------------------------------------------


class Netlify:
    """One rule per line, first match wins; `*` and `:name` are wild, `#` begins a comment."""

    def __init__(self, text: str) -> None:
        self.rules = []
        for line in text.splitlines():
            words = line.partition("#")[0].split()
            if words:
                source, *pairs, target, status = words
                assert status == "301!"
                assert "*" not in source
                assert not re.search(r"/:", source)
                self.rules.append((source, dict(pair.split("=", 1) for pair in pairs), target))

    def __call__(self, asked: Asked) -> Answer:
        given = dict(pair.partition("=")[::2] for pair in asked.query.split("&") if pair)
        for source, wanted, target in self.rules:
            same = unquote_to_bytes(source) == asked.decoded
            if same and all(given.get(name) == value for name, value in wanted.items()):
                return 301, target
        return NOT_OURS


# ---- Cloudflare ---------------------------------------------------------------------------------


class Cloudflare:
    """The rows of a Bulk Redirects list, of one host."""

    def __init__(self, text: str, host: str) -> None:
        self.rows = list(csv.reader(io.StringIO(text)))
        self.host = host
        assert all(len(row) == 7 for row in self.rows)
        assert len({row[0] for row in self.rows}) == len(self.rows)

    def __call__(self, asked: Asked) -> Answer:
        for source, target, status, *_ in self.rows:
            assert "?" not in source
            if unquote_to_bytes(source.removeprefix(f"https://{self.host}")) == asked.decoded:
                return int(status), target
        return NOT_OURS


# ---- Caddy --------------------------------------------------------------------------------------


class Caddy:
    """Named matchers and the directives that use them."""

    def __init__(self, text: str) -> None:
        self.matchers: dict[str, tuple[str, list[str]]] = {}
        self.answers: list[tuple[str, Answer]] = []
        name = ""
        for line in text.splitlines():
            assert "{$" not in line, "this would be a variable"
            words = [] if line.startswith("#") else shlex.split(line)
            match words:
                case [matcher, "{"]:
                    name = matcher
                    self.matchers[name] = ("", [])
                case ["path", path]:
                    assert "*" not in path
                    assert "{" not in path
                    self.matchers[name] = (path, self.matchers[name][1])
                case ["query", pair]:
                    self.matchers[name][1].append(pair)
                case ["respond", matcher, "410"]:
                    self.answers.append((matcher, (410, None)))
                case ["redir", matcher, target, "301"]:
                    assert "{" not in target
                    self.answers.append((matcher, (301, target)))
                case ["}"] | []:
                    pass
                case _:
                    raise AssertionError(line)

    def __call__(self, asked: Asked) -> Answer:
        for matcher, answer in self.answers:
            path, pairs = self.matchers[matcher]
            same = unquote_to_bytes(path) == asked.decoded
            if same and set(pairs) <= set(asked.query.split("&")):
                return answer
        return NOT_OURS
