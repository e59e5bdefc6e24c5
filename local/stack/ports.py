"""The ports on which the local system listens, all on the loopback address."""

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from config.ports import PortSettings, variable
from local.stack.process import StackError

LOOPBACK = "127.0.0.1"
STORE_PARTS = (
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "s3.port.grpc",
    "admin.port",
)
"""The names of the ports between the object store's parts, which follow its S3 port in this order."""

_ADMIN_GRPC_OFFSET = 10_000  # fixed by the store
_LARGEST = 65_535

# Blocks, including the store's offset port, are below every system's range for outgoing connections, so that only
# servers can occupy their ports. The guard port keeps other stacks out of a block before its servers listen.
_FIRST_BLOCK, _BLOCK_SIZE, _BLOCKS = 20_000, 16, 170


@dataclass(frozen=True)
class Ports:
    """The ports of one local system."""

    api: int
    temporal: int
    temporal_ui: int
    sandbox: int
    s3: int

    @classmethod
    def of(cls, settings: PortSettings) -> Self:
        """Return the configured ports."""
        return cls(
            api=settings.api_port,
            temporal=settings.temporal_port,
            temporal_ui=settings.temporal_ui_port,
            sandbox=settings.sandbox_port,
            s3=settings.s3_port,
        )

    @property
    def store_parts(self) -> dict[str, int]:
        """Return the port of each part of the object store, by the store's name for the part."""
        return {part: self.s3 + 1 + place for place, part in enumerate(STORE_PARTS)}

    @property
    def store_sockets(self) -> list[str]:
        """Return the names of the local sockets that the store creates in addition to its ports."""
        admin_grpc = self.store_parts["admin.port"] + _ADMIN_GRPC_OFFSET
        parts = {"filer": "filer.port", "filer-grpc": "filer.port.grpc"}
        parts |= {"master-grpc": "master.port.grpc", "volume-grpc": "volume.port.grpc", "s3-grpc": "s3.port.grpc"}
        named = [f"{name}-{self.store_parts[part]}" for name, part in parts.items()]
        return [*named, f"s3-{self.s3}", f"admin-grpc-{admin_grpc}"]

    def needed_by(self, field: str) -> list[int]:
        """Return all ports that depend on a setting (`s3_port` includes those of the store's parts)."""
        own: int = getattr(self, field.removesuffix("_port"))
        if field != "s3_port":
            return [own]
        parts = self.store_parts
        return [own, *parts.values(), parts["admin.port"] + _ADMIN_GRPC_OFFSET]


@dataclass(frozen=True)
class ReservedPorts:
    """Free ports, with the guard that keeps other stacks on this machine from using them until it is closed."""

    ports: Ports
    guard: socket.socket


SETTINGS = {
    "api_port": "the API",
    "temporal_port": "Temporal",
    "temporal_ui_port": "the Temporal UI",
    "s3_port": "the evidence store",
    "sandbox_port": "the payment sandbox",
}


def refuse_taken(ports: Ports, fields: list[str]) -> None:
    """Raise StackError with one line for each port of these settings that is taken."""
    lines = [
        f"Port {port} is taken, but {SETTINGS[field]} needs it. Free it, or move {SETTINGS[field]} with "
        f"{variable(field)} (now {ports.needed_by(field)[0]})."
        for field in fields
        for port in ports.needed_by(field)
        if not is_free(port)
    ]
    if lines:
        raise StackError("\n".join(lines))


def is_free(port: int) -> bool:
    """Return whether a server could listen on the port; remains of closed connections do not matter."""
    if port > _LARGEST:
        return False
    with socket.socket() as asking:
        if asking.connect_ex((LOOPBACK, port)) == 0:
            return False
    try:
        _listener(port).close()
    except OSError:
        return False
    return True


def reserve() -> ReservedPorts:
    """Return free ports that no other stack on this machine uses while the guard is open."""
    for block in _blocks():
        ports = Ports(api=block, temporal=block + 1, temporal_ui=block + 2, sandbox=block + 3, s3=block + 4)
        try:
            guard = _listener(block + _BLOCK_SIZE - 1)
        except OSError:
            continue
        if all(is_free(port) for field in SETTINGS for port in ports.needed_by(field)):
            return ReservedPorts(ports, guard)
        guard.close()
    raise StackError("No free ports between 20000 and 22720 on this machine: stop a program that listens there.")


def _blocks() -> Iterator[int]:
    start = os.getpid()
    return (_FIRST_BLOCK + (start + turn) % _BLOCKS * _BLOCK_SIZE for turn in range(_BLOCKS))


def _listener(port: int) -> socket.socket:
    listening = socket.socket()
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((LOOPBACK, port))
        listening.listen(1)
    except OSError:
        listening.close()
        raise
    return listening
