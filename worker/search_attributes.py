"""Registers the search attributes by which cases are found, if the server allows it."""

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError

from config.temporal import SEARCH_ATTRIBUTES

TYPES = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "Bool": IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
}


async def ensure_search_attributes(client: Client) -> None:
    """Add missing attributes, without which workflow tasks fail; if that fails, SystemExit names the command to run."""
    service, namespace = client.operator_service, client.namespace
    try:
        known = await service.list_search_attributes(ListSearchAttributesRequest(namespace=namespace))
        missing = {n: TYPES[kind] for n, kind in SEARCH_ATTRIBUTES.items() if n not in known.custom_attributes}
        if missing:
            await service.add_search_attributes(
                AddSearchAttributesRequest(namespace=namespace, search_attributes=missing)
            )
    except RPCError as error:
        flags = " ".join(f"--name {name} --type {kind}" for name, kind in SEARCH_ATTRIBUTES.items())
        raise SystemExit(
            f"The search attributes cannot be read or added in namespace {namespace} ({error.message}). "
            f"Add them once: temporal operator search-attribute create --namespace {namespace} {flags}"
        ) from None
