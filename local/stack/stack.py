"""The whole system on one machine: each service is started once those before it are ready, and stopped in reverse."""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from config.settings import Settings
from local.stack import services
from local.stack.ports import refuse_taken, reserve
from local.stack.process import Process, StackError
from local.stack.provisioning import bucket_check, migrate_tables, prepare_external_bucket, promote_version
from local.stack.service_spec import Service
from local.stack.stack_config import StackConfig, Urls

Progress = Callable[[str, float], None]
"""Called after each step with what is ready and how many seconds it took."""


@dataclass(frozen=True)
class Launched:
    """A service that was started, and when (monotonic seconds)."""

    service: Service
    process: Process
    at: float

    def stop(self) -> None:
        """Stop it within its grace period."""
        self.service.stop(self.process)


def untold(_step: str, _seconds: float) -> None:
    """Tell nobody."""


class Stack:
    """A local system; as a context manager, it runs inside the block and leaves no process behind.

    `start` raises StackError with a message that says what to do, and then leaves nothing running.
    """

    def __init__(self, config: StackConfig, progress: Progress = untold) -> None:
        self._config = config
        self._progress = progress
        self._running: dict[str, Launched] = {}
        self._at_the_end = ExitStack()

    @classmethod
    def throwaway(cls, folder: Path, *, time_skipping: bool = False, progress: Progress = untold) -> Self:
        """Return a system on unused ports that writes everything into the folder."""
        reserved = reserve()
        stack = cls(StackConfig(folder, reserved.ports, time_skipping=time_skipping), progress)
        stack._at_the_end.enter_context(reserved.guard)
        return stack

    @property
    def urls(self) -> Urls:
        """Return the addresses of the system's parts."""
        return self._config.urls

    @property
    def settings(self) -> Settings:
        """Return the settings of the system's processes."""
        return self._config.settings

    @property
    def settings_env(self) -> dict[str, str]:
        """Return the REFUNDS_* environment of the system's processes, for a client or another process."""
        return self._config.settings_env()

    @property
    def logs(self) -> Path:
        """Return the folder with one log per service."""
        return self._config.folder / "logs"

    def pid(self, name: str) -> int:
        """Return the process id of a running service, by the name that is passed to `progress`."""
        return self._running[name].process.pid

    def start(self) -> None:
        """Start everything; returns when the API says that everything is ready."""
        try:
            refuse_taken(self._config.ports, self._config.port_fields())
            self.start_servers()
            self._start_edges()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop all services in reverse order; if interrupted, kill the remaining ones at once."""
        try:
            while self._running:
                next(reversed(self._running.values())).stop()
                self._running.popitem()
        finally:
            for launched in self._running.values():
                launched.process.kill()
            self._running.clear()
            self._at_the_end.close()

    def kill_worker(self) -> None:
        """Kill the worker at once, as a power cut would."""
        self._running.pop("worker").process.kill()

    def start_worker(self, also: Mapping[str, str] | None = None) -> None:
        """Start a worker, with additional environment if given; returns when it polls for work."""
        self._await([self._launch(services.worker({**self.settings_env, **(also or {})}))])

    def check(self) -> None:
        """Raise StackError if a service has ended by itself."""
        for launched in self._running.values():
            if not launched.process.is_running:
                raise StackError(launched.process.obituary("by itself"))

    def start_servers(self) -> None:
        """Start the servers that worker and API need; returns when all of them are ready."""
        settings = self._config.settings
        servers = [self._launch(service) for service in self._servers()]
        self._step("database", lambda: migrate_tables(settings))
        self._await(servers)
        if not self._config.is_own("store"):
            self._step("evidence bucket", lambda: prepare_external_bucket(settings))

    def _start_edges(self) -> None:
        environment = self.settings_env
        worker, api = self._launch(services.worker(environment)), self._launch(services.api(environment))
        self._await([worker])
        self._step("promotion", lambda: promote_version(environment))
        self._await([api])

    def _servers(self) -> Generator[Service]:
        plan = self._config
        if plan.is_own("temporal"):
            yield services.temporal(plan)
        if plan.is_own("sandbox"):
            yield services.sandbox(plan)
        if plan.is_own("store"):
            yield services.store(plan, bucket_check(plan.settings))

    def _launch(self, service: Service) -> Launched:
        launched = Launched(service, service.start(self.logs), time.monotonic())
        self._running[service.name] = launched
        return launched

    def _await(self, launched: Sequence[Launched]) -> None:
        for each in launched:
            each.service.await_ready(each.process)
            self._progress(each.service.name, time.monotonic() - each.at)

    def _step(self, name: str, take: Callable[[], None]) -> None:
        began = time.monotonic()
        take()
        self._progress(name, time.monotonic() - began)

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()
