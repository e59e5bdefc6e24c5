"""17TRACK in the registry of tracking providers."""

from pydantic import BaseModel, Field

from gateways.couriers.provider import TrackingProvider
from gateways.couriers.seventeen_track import PROVIDER
from gateways.couriers.seventeen_track.registrar import SeventeenTrackRegistrar
from gateways.couriers.seventeen_track.webhooks import SeventeenTrackWebhooks
from gateways.providers import Clock, Secret, Secrets, plain


class SeventeenTrackSettings(BaseModel):
    """The settings of a 17TRACK account."""

    seventeen_track_keys: Secrets = Field(
        (), description="Set the security keys of 17TRACK's webhooks, separated by commas, or leave it unset."
    )
    seventeen_track_token: Secret | None = Field(
        None, description="Set 17TRACK's token to have it follow the parcels, or leave it unset."
    )


def _webhooks(settings: SeventeenTrackSettings, now: Clock) -> SeventeenTrackWebhooks | None:
    secrets = settings.seventeen_track_keys
    return SeventeenTrackWebhooks(plain(secrets), now) if secrets else None


def _registrar(settings: SeventeenTrackSettings) -> SeventeenTrackRegistrar | None:
    key = settings.seventeen_track_token
    return SeventeenTrackRegistrar(key) if key else None


ENTRY = TrackingProvider(PROVIDER, SeventeenTrackSettings, _webhooks, _registrar)
