"""Lets containers reach a service of this machine that listens on 127.0.0.1 only: the same port, on Docker's bridge."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator

from local.environment import UserError

PIECE = 65536


@contextlib.contextmanager
def forwarded(address: str, port: int) -> Iterator[None]:
    """Forwards `address:port` to `127.0.0.1:port`; nothing to do where the service listens on every address."""
    if reachable(address, port):
        yield
        return
    listener = listen(address, port)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=serve, args=(loop, listener, port), daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        listener.close()


def reachable(address: str, port: int) -> bool:
    """Whether something takes connections there."""
    with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=2):
        return True
    return False


def listen(address: str, port: int) -> socket.socket:
    """The listening socket; only containers and this machine can reach Docker's bridge."""
    try:
        return socket.create_server((address, port), backlog=128)
    except OSError as error:
        raise UserError(f"Cannot listen on Docker's bridge, {address}:{port}: {error.strerror}.") from None


def serve(loop: asyncio.AbstractEventLoop, listener: socket.socket, port: int) -> None:
    """Forwards until the loop is stopped."""
    asyncio.set_event_loop(loop)

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))

    loop.run_until_complete(asyncio.start_server(forward, sock=listener))
    loop.run_forever()
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One direction of a connection."""
    with contextlib.suppress(OSError):
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()
