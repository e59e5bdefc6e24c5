"""Metrics for Prometheus: requests by route and status, their duration, and the process itself."""

import time
from collections.abc import Callable
from http import HTTPMethod

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25)
EVENT_STATUSES = ("new", "parked", "applied", "ignored")
METHODS = frozenset(method.value for method in HTTPMethod)


class Metrics:
    """The metrics of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        labels = ("method", "route")
        self._requests = Counter(
            "refunds_http_requests_total", "HTTP requests", (*labels, "status"), registry=self._registry
        )
        self.in_flight = Gauge(
            "refunds_http_requests_in_flight", "HTTP requests being answered", registry=self._registry
        )
        self._seconds = Histogram(
            "refunds_http_request_duration_seconds",
            "Time to answer",
            labels,
            registry=self._registry,
            buckets=BUCKETS_SECONDS,
        )

        self.gateway_events = Gauge(
            "refunds_gateway_events",
            "Stored webhooks by status",
            ("status",),
            registry=self._registry,
        )

    def count(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one request; unknown paths count as one route, so that nobody can fill the memory with them."""
        route = getattr(scope.get("route"), "path_format", "unmatched")
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._requests.labels(method, route, status).inc()
        self._seconds.labels(method, route).observe(seconds)

    def count_events(self, count: Callable[[str], int]) -> None:
        """Update the numbers of webhooks by status from the inbox."""
        for status in EVENT_STATUSES:
            self.gateway_events.labels(status).set(count(status))

    def text(self) -> bytes:
        """Return the metrics in Prometheus' text format."""
        return generate_latest(self._registry)


class Measured:
    """Counts every request."""

    def __init__(self, app: ASGIApp, metrics: Metrics, timer: Callable[[], float] = time.perf_counter) -> None:
        self._app = app
        self._metrics = metrics
        self._timer = timer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and count it with the status of its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, begun = 500, self._timer()

        async def noting(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            with self._metrics.in_flight.track_inprogress():
                await self._app(scope, receive, noting)
        finally:
            self._metrics.count(scope, status, self._timer() - begun)
