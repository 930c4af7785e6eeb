"""The open connections, so that a fault can break one: ASGI gives an application no way to."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

Address = tuple[str, int]


class Lines:
    """Connections by the client's address."""

    def __init__(self) -> None:
        self._open: dict[Address, asyncio.Transport] = {}

    def protocol(self) -> type[H11Protocol]:
        """uvicorn's HTTP protocol, keeping book of its connections here."""
        lines = self._open

        class BookedProtocol(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                if self.client is not None:
                    lines[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                if self.client is not None:
                    lines.pop(self.client, None)
                super().connection_lost(exc)

        return BookedProtocol

    def cut(self, client: Any) -> None:
        """Close a client's connection at once, without a goodbye."""
        transport = self._open.get(tuple(client)) if client else None
        if transport is not None:
            transport.abort()
