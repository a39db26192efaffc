"""Reads docker-compose.yml as Docker would, and runs its services as plain processes."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def read(values: Mapping[str, str]) -> dict[str, Any]:
    """Return the compose file with its variables put in; one without a value has its default."""

    def put_in(found: re.Match[str]) -> str:
        return values.get(found[1]) or found[2] or ""

    def filled(thing: Any) -> Any:
        if isinstance(thing, str):
            return VARIABLE.sub(put_in, thing)
        if isinstance(thing, list):
            return [filled(item) for item in thing]
        return {k: filled(v) for k, v in thing.items()} if isinstance(thing, dict) else thing

    parsed = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    found: dict[str, Any] = filled(parsed)
    return found


def variables() -> set[str]:
    """Return the names of all variables of the compose file."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    return {found[1] for found in VARIABLE.finditer(text)}


def environment(service: Mapping[str, Any]) -> dict[str, str]:
    """Return exactly the environment that the service gets, with a PATH that finds the command."""
    return {
        **{name: str(value) for name, value in service["environment"].items()},
        "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
    }


def popen(service: Mapping[str, Any], output: Path) -> "subprocess.Popen[bytes]":
    """Start the exact command of a service."""
    with output.open("ab") as file:
        return subprocess.Popen(
            service["command"],
            env=environment(service),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            cwd="/",
        )
