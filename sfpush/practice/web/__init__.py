"""The HTTP side: `routes` (what a request and an answer are), `site` (the ASGI application), and one file for each API family."""
