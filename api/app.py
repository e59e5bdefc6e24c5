"""The HTTP application: routes, error answers, limits and metrics for the given services."""

from fastapi import FastAPI

from api.dependencies import Services
from api.http import docs_page, metrics, scanner_page
from api.http.body_limit import BodyLimit
from api.http.openapi import Document, operation_id
from api.http.path_check import PathCheck
from api.problems import problems
from api.readiness import ReadinessCheck
from api.routes import (
    decisions,
    dispatches,
    evidence,
    findings,
    health,
    orders,
    refunds,
    return_slips,
    returns,
    scans,
    stock,
    timeline,
    webhooks,
)

DESCRIPTION = """Request refunds, decide about them, return and inspect the goods, and follow the money.

Every error is a problem (RFC 9457); `rule` names the rule of the refund policy that refuses a request. Amounts are
integer minor units with a currency, times are UTC. Send an `Idempotency-Key`, and repeat a request whenever you are not
sure that it arrived."""


def create_app(services: Services) -> FastAPI:
    """Return the application for these services; nothing is started or connected here."""
    app = FastAPI(
        title="Refunds",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=operation_id,
    )
    app.state.services = services
    app.state.readiness = ReadinessCheck(services)
    app.state.metrics = metrics.Metrics()
    of_cases = (refunds, timeline, evidence, decisions, return_slips, returns, dispatches, scans)
    for resource in (orders, stock, *of_cases, findings, webhooks, health):
        app.include_router(resource.router)
    docs_page.serve(app)
    scanner_page.serve(app, services.store.upload_origin)
    app.openapi = Document(app, services.now)
    app.add_middleware(BodyLimit)
    app.add_middleware(PathCheck)
    problems.install(app)
    app.add_middleware(metrics.Measured, metrics=app.state.metrics)
    return app
