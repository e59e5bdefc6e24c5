"""A real S3 server as a process of its own, on ports and in a folder of its own, started as `make dev` starts it."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from gateways.evidence.evidence_store import EvidenceStore
from gateways.evidence.s3 import Bucket, connect
from local.stack import services
from local.stack.ports import reserve
from local.stack.process import Process
from local.stack.provisioning import bucket_check
from local.stack.stack_config import StackConfig


@dataclass
class Seaweed:
    """A running server with a prepared bucket."""

    bucket: Bucket
    store: EvidenceStore
    process: Process

    def overwrite(self, case_id: str, evidence_id: str, content: bytes) -> str:
        """Put other content in place of a piece of evidence, as someone with the keys can; return its version."""
        key = f"cases/{case_id}/{evidence_id}"
        return self._client.put_object(Bucket=self.bucket.name, Key=key, Body=content)["VersionId"]

    def erase(self, case_id: str, evidence_id: str, version_id: str | None = None) -> None:
        """Delete a version for good, or hide the object behind a delete marker."""
        which = {"VersionId": version_id} if version_id else {}
        self._client.delete_object(Bucket=self.bucket.name, Key=f"cases/{case_id}/{evidence_id}", **which)

    def unversioned(self, name: str) -> EvidenceStore:
        """Return a store over a new bucket that keeps no versions."""
        self._client.create_bucket(Bucket=name)
        return EvidenceStore(self.bucket.amend(name=name))

    def sizes(self, folder: str) -> list[int]:
        """Return the size of every object in a folder of the bucket."""
        listed = self._client.list_objects_v2(Bucket=self.bucket.name, Prefix=folder)
        return [one["Size"] for one in listed["Contents"]]

    @cached_property
    def _client(self) -> Any:
        return connect(self.bucket, self.bucket.endpoint)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Inside, the server accepts connections and answers nothing (fault 22)."""
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)


@contextmanager
def seaweed_server(folder: Path) -> Iterator[Seaweed]:
    """Start a server that keeps everything in the folder, and stop it at the end."""
    reserved = reserve()
    plan = StackConfig(folder, reserved.ports)
    secret_key = SecretStr(plan.keys.secret_key)
    bucket = Bucket(name="evidence", endpoint=plan.urls.store, access_key=plan.keys.access_key, secret_key=secret_key)
    service = services.store(plan, bucket_check(plan.settings))
    with reserved.guard:
        process = service.start(plan.folder / "logs")
        try:
            process.wait_until(service.is_ready)
            yield Seaweed(bucket, EvidenceStore(bucket), process)
        finally:
            service.stop(process)


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    """The one S3 server of the session."""
    with seaweed_server(tmp_path_factory.mktemp("seaweed")) as server:
        yield server
