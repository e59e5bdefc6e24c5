"""Authentication: a Bearer key identifies a principal with a role, and each route names the roles it allows."""

from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from hmac import compare_digest
from typing import Annotated, Self

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import ValidationError

from api.problems.errors import ForbiddenError, UnauthenticatedError
from config.keys import KeyHolder, Role
from domain.types import MAX_NAME, Actor
from domain.value import Value


class Principal(Value):
    """Who makes a request; the name appears in timelines and decisions."""

    role: Role
    name: Actor

    def may(self, *roles: Role) -> bool:
        """Return whether the principal has one of the roles; an admin has all of them."""
        return self.role in {Role.ADMIN, *roles}


class KeyRing:
    """The valid keys of the API, stored as hashes."""

    def __init__(self, principals: Mapping[str, Principal]) -> None:
        self._principals = {_digest(key): principal for key, principal in principals.items()}

    @classmethod
    def of(cls, holders: Mapping[str, KeyHolder]) -> Self:
        """Return the configured keys; raises ValueError if a holder's name is not allowed in records."""
        return cls({key: _principal(holder) for key, holder in holders.items()})

    def principal(self, key: str) -> Principal | None:
        """Return whose key it is, or None; takes the same time however much of a wrong key is right."""
        presented = _digest(key)
        fitting = [who for digest, who in self._principals.items() if compare_digest(digest, presented)]
        return fitting[0] if fitting else None


_bearer = HTTPBearer(auto_error=False, scheme_name="key", description="One of the keys of REFUNDS_API_KEYS.")


async def caller(
    request: Request, presented: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Principal:
    """Return who calls; raises UnauthenticatedError."""
    if presented is None:
        raise UnauthenticatedError("send the header Authorization: Bearer <key>", presented=False)
    ring: KeyRing = request.app.state.services.keys
    principal = ring.principal(presented.credentials)
    if principal is None:
        raise UnauthenticatedError("this key is not valid; ask the service's operator for one", presented=True)
    return principal


Caller = Annotated[Principal, Depends(caller)]


def only(*roles: Role) -> Callable[[Principal], Awaitable[Principal]]:
    """Return a dependency that allows principals with these roles only; others get a ForbiddenError."""

    async def let_in(principal: Caller) -> Principal:
        if not principal.may(*roles):
            raise ForbiddenError(principal.role, roles)
        return principal

    return let_in


Storefront = Annotated[Principal, Depends(only(Role.STOREFRONT))]
Auditor = Annotated[Principal, Depends(only(Role.AUDITOR))]
Warehouse = Annotated[Principal, Depends(only(Role.WAREHOUSE))]
Bookkeeper = Annotated[Principal, Depends(only(Role.FINANCE))]
AuditorOrFinance = Annotated[Principal, Depends(only(Role.AUDITOR, Role.FINANCE))]


def _digest(key: str) -> bytes:
    return sha256(key.encode("utf-8", "surrogateescape")).digest()


def _principal(holder: KeyHolder) -> Principal:
    try:
        return Principal(role=holder.role, name=holder.name)
    except ValidationError:
        raise ValueError(
            f"the name of a key's holder ({holder.role}) must contain a letter or digit, have at most {MAX_NAME} "
            "characters, and neither < nor > nor anything that cannot be printed"
        ) from None
