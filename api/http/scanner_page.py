"""The scanning page at /scan/: serves the files of `web/scanner/` with a strict content security policy."""

import mimetypes
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FILES = Path(__file__).parents[2] / "web" / "scanner"
PATH = "/scan"
_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data: https:; "
    "media-src 'self' blob:; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; connect-src 'self' {store}"
)
mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("application/wasm", ".wasm")


class ScannerFiles(StaticFiles):
    """The page's files; the page may contact this service and the evidence store, and nobody else."""

    def __init__(self, store_origin: str) -> None:
        super().__init__(directory=FILES, html=True)
        self._headers = {
            "Content-Security-Policy": _POLICY.format(store=store_origin),
            "Permissions-Policy": "camera=(self)",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-cache",
        }

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file with the page's headers."""
        response = await super().get_response(path, scope)
        response.headers.update(self._headers)
        return response


def serve(app: FastAPI, store_origin: str) -> None:
    """Serve the page at /scan/; photos go to the store's origin, such as `https://evidence.example`."""
    app.mount(PATH, ScannerFiles(store_origin))
