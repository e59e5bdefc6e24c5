"""The page to read and try the API; its scripts come from this service, so that typed keys go nowhere else."""

from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

ASSETS = "/docs/assets"
SETTINGS = {"tryItOutEnabled": True, "persistAuthorization": False, "docExpansion": "list"}

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs() -> HTMLResponse:
    """Show the API."""
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Refunds",
        swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS}/favicon-32x32.png",
        swagger_ui_parameters=SETTINGS,
    )


def serve(app: FastAPI) -> None:
    """Serve the page at /docs, and its assets below it."""
    app.include_router(router)
    app.mount(ASSETS, StaticFiles(packages=[("fastapi_swagger", "resources")]))
