"""The configuration of a local system, and the settings that follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.settings import Settings
from local.stack.ports import LOOPBACK, Ports
from local.stack.store_keys import StoreKeys

SANDBOX_WEBHOOK_SECRET = "whsec_local_sandbox"  # noqa: S105 - public
SANDBOX_WEBHOOK_ID = "WH-LOCAL-SANDBOX"
PAYPAL_CLIENT, PAYPAL_SECRET = "sandbox-client", "sandbox-secret"
SANDBOX_KEY = "sk_test_local_sandbox"


@dataclass(frozen=True)
class Urls:
    """The addresses of a running system's parts."""

    api: str
    docs: str
    scanner: str
    temporal_address: str
    temporal_ui: str
    store: str
    sandbox: str


@dataclass(frozen=True)
class StackConfig:
    """The configuration of a system.

    `given` are settings (REFUNDS_*) that take precedence over the system's own. If a setting of a part is given, that
    part is run by somebody else: it is not started, and all of its settings come from `given`. A `lasting` system keeps
    everything in the folder; any other forgets Temporal's state when it stops. With `tells_by_webhook`, the payment
    sandbox sends webhooks about refunds and disputes to the API.
    """

    folder: Path
    ports: Ports
    keys: StoreKeys = field(default_factory=StoreKeys)
    given: Mapping[str, str] = field(default_factory=dict[str, str])
    lasting: bool = False
    time_skipping: bool = False
    tells_by_webhook: bool = True

    @property
    def urls(self) -> Urls:
        """Return the addresses of the system's own parts."""
        api = _http(self.ports.api)
        return Urls(
            api=api,
            docs=f"{api}/docs",
            scanner=f"{api}/scan/",
            temporal_address=f"{LOOPBACK}:{self.ports.temporal}",
            temporal_ui=_http(self.ports.temporal_ui),
            store=_http(self.ports.s3),
            sandbox=_http(self.ports.sandbox),
        )

    def is_own(self, part: str) -> bool:
        """Return whether the system starts the part (`temporal`, `store`, `sandbox`) itself."""
        return self.given.keys().isdisjoint(self._parts()[part])

    def port_fields(self) -> list[str]:
        """Return the settings of the ports on which the system listens."""
        fields = {"temporal": ["temporal_port", "temporal_ui_port"], "store": ["s3_port"], "sandbox": ["sandbox_port"]}
        return ["api_port", *(name for part, names in fields.items() if self.is_own(part) for name in names)]

    def settings_env(self) -> dict[str, str]:
        """Return the environment with the settings of the worker, the API and clients of this system."""
        own = {
            name: value for part, values in self._parts().items() if self.is_own(part) for name, value in values.items()
        }
        return {
            "REFUNDS_ENV": "development",
            "REFUNDS_DATABASE_URL": f"sqlite:///{self.folder / 'refunds.db'}",
            "REFUNDS_TEMPORAL_NAMESPACE": "default",
            "REFUNDS_S3_BUCKET": "evidence",
            "REFUNDS_S3_REGION": "us-east-1",
            "REFUNDS_API_HOST": LOOPBACK,
            "REFUNDS_API_PORT": str(self.ports.api),
            **own,
            **self.given,
        }

    @property
    def settings(self) -> Settings:
        """Return the same as validated settings; raises pydantic's ValidationError if a given one is wrong."""
        return Settings.of(self.settings_env())

    def _parts(self) -> dict[str, dict[str, str]]:
        return {
            "temporal": {"REFUNDS_TEMPORAL_ADDRESS": self.urls.temporal_address},
            "store": {
                "REFUNDS_S3_ENDPOINT": self.urls.store,
                "REFUNDS_S3_ACCESS_KEY": self.keys.access_key,
                "REFUNDS_S3_SECRET_KEY": self.keys.secret_key,
            },
            "sandbox": {
                "REFUNDS_STRIPE_BASE_URL": self.urls.sandbox,
                "REFUNDS_STRIPE_API_KEY": SANDBOX_KEY,
                "REFUNDS_STRIPE_WEBHOOK_SECRETS": SANDBOX_WEBHOOK_SECRET,
                "REFUNDS_PAYPAL_BASE_URL": self.urls.sandbox,
                "REFUNDS_PAYPAL_CLIENT_ID": PAYPAL_CLIENT,
                "REFUNDS_PAYPAL_CLIENT_SECRET": PAYPAL_SECRET,
                "REFUNDS_PAYPAL_WEBHOOK_IDS": SANDBOX_WEBHOOK_ID,
            },
        }


def _http(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"
