"""How every process connects to Temporal."""

import asyncio
import re
from typing import NoReturn

from temporalio.client import Client
from temporalio.envconfig import ClientConfig, ClientConnectConfig

from config.settings import Settings
from workflows.plugin import RefundPlugin
from workflows.refund import ui_details

_SETTLING_SECONDS = 0.3


SEARCH_ATTRIBUTES = {key.name: key.indexed_value_type.name.capitalize() for key in ui_details.SEARCH_ATTRIBUTES}
"""The attributes by which operators can search cases, with Temporal's types; none contains personal data."""


async def connect(settings: Settings, *, lazy: bool = False) -> Client:
    """Return a client with this service's plugin; a lazy one connects with its first call.

    The address in the settings takes precedence; if it is not set, a profile from the environment (TEMPORAL_*) or from
    `temporal.toml` is used, with its TLS and API key. If Temporal cannot be reached (and `lazy` is not set), the
    process ends with one line that says so.
    """
    target = target_of(settings)
    try:
        return await Client.connect(**target, plugins=[RefundPlugin()], lazy=lazy)
    except RuntimeError as error:
        await let_sdk_rest()
        _give_up(target.get("target_host"), error)


async def let_sdk_rest() -> None:
    """Wait until the SDK's own threads have stopped; a process that ends while they run can crash.

    Source: temporalio/sdk-python issue 300.
    """
    await asyncio.sleep(_SETTLING_SECONDS)


def target_of(settings: Settings) -> ClientConnectConfig:
    """Return how to connect: the settings, completed from the profile where they are not set."""
    own = ClientConnectConfig(target_host=settings.temporal_address, namespace=settings.temporal_namespace)
    if "temporal_address" in settings.model_fields_set:
        return own
    target = own | _profile()
    if "temporal_namespace" in settings.model_fields_set:
        target["namespace"] = settings.temporal_namespace
    return target


def _profile() -> ClientConnectConfig:
    try:
        return ClientConfig.load_client_connect_config()
    except RuntimeError as error:
        raise SystemExit(f"The Temporal profile (TEMPORAL_* or temporal.toml) is wrong: {_reason(error)}") from None


def _give_up(address: str | None, error: RuntimeError) -> NoReturn:
    raise SystemExit(
        f"Temporal does not answer at {address} ({_reason(error)}). "
        "Start it (`make dev` does), or set REFUNDS_TEMPORAL_ADDRESS to where it runs."
    ) from None


def _reason(error: RuntimeError) -> str:
    reason = re.search(r'message: "([^"]+)"', str(error))
    return reason[1] if reason else str(error).strip().partition("\n")[0]
