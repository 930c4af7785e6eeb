"""The HTTP side: `routes` (request, answer, table), `site` (the ASGI application), and a file for each API family."""
