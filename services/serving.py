"""One HTTP server of one process: uvicorn, with stopping under our own hand."""

import asyncio
import gc
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
import uvloop
from fastapi import FastAPI
from typing_extensions import override

_GOODBYE_S = 3
_YOUNG_OBJECTS = 50_000
_SIGNALS = (signal.SIGTERM, signal.SIGINT)

Started = Callable[[], Awaitable[None]]


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn would raise the signal again after its own shutdown and end the process before
        # the services have drained and the embedded database has stopped.
        yield

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


def bind(host: str, port: int) -> socket.socket:
    """Listen on the address at once, so that a port in use is found before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise OSError(error.errno, error.strerror, f"{host}:{port}") from error
    return bound


def url_of(bound: socket.socket) -> str:
    """Return the URL under which this machine reaches the socket."""
    host, port = bound.getsockname()[:2]
    named = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - a comparison
    return f"http://{named}:{port}"


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a program on uvloop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


@contextmanager
def stopping() -> Iterator[asyncio.Event]:
    """Give the event that SIGTERM and SIGINT set; a second signal ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal(number: signal.Signals) -> None:
        if stop.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        stop.set()

    for number in _SIGNALS:
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield stop
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


def settle() -> None:
    """Keep the garbage collector off everything that start-up made, and let it come less often.

    A batch of 500 events makes tens of thousands of objects and drops them without cycles: with the
    interpreter's own threshold of 700, looking at them again and again was a third of its time.
    Nothing is collected first: of 220,000 objects 80 were garbage, and finding them took 0.1 s.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 100)


async def serve(
    app: FastAPI, bound: socket.socket, stop: asyncio.Event, *, started: Started | None = None
) -> None:
    """Run the app's lifespan and answer requests until `stop`; `started` runs once it answers.

    Open streams get a moment to end, then they are cut: a client of ours comes back by itself.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_GOODBYE_S,
        http="httptools",
        ws="none",
    )
    server = _Server(config)
    async with app.router.lifespan_context(app), asyncio.TaskGroup() as group:
        listening = group.create_task(server.serve(sockets=[bound]))
        await server.listening.wait()
        if started is not None:
            await started()
        settle()
        await stop.wait()
        app.state.readiness.drain()
        server.should_exit = True
        await listening
