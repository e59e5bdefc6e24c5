from pathlib import Path

import pytest

from config.ports import PREFIX
from gateways.payments.stripe.provider import StripeSettings
from local.stack.ports import Ports
from local.stack.stack_config import StackConfig

PORTS = Ports(api=8000, temporal=7233, temporal_ui=8233, sandbox=8420, s3=8333)
FOLDER = Path("/system")


def plan(**given):
    return StackConfig(FOLDER, PORTS, given={f"{PREFIX}{name}": value for name, value in given.items()})


def test_the_settings_of_a_system_are_complete_and_point_at_its_own_parts():
    settings = plan().settings
    assert settings.temporal_address == "127.0.0.1:7233"
    assert settings.s3_endpoint == "http://127.0.0.1:8333"
    assert isinstance(settings, StripeSettings)
    assert settings.stripe_base_url == "http://127.0.0.1:8420"
    assert settings.database_url == "sqlite:////system/refunds.db"
    assert "dev-admin" in settings.api_keys


@pytest.mark.parametrize(
    ("part", "given", "no_longer_own"),
    [
        ("temporal", {"TEMPORAL_ADDRESS": "elsewhere:7233"}, set()),
        ("store", {"S3_ENDPOINT": "https://elsewhere"}, {"S3_ACCESS_KEY", "S3_SECRET_KEY"}),
        ("store", {"S3_ACCESS_KEY": "amazon"}, {"S3_ENDPOINT", "S3_SECRET_KEY"}),
        ("sandbox", {"STRIPE_API_KEY": "sk_test_real"}, {"STRIPE_BASE_URL"}),
    ],
)
def test_a_part_given_by_its_address_or_key_is_not_started_and_wholly_as_given(part, given, no_longer_own):
    foreign = plan(**given)
    assert not foreign.is_own(part)
    environment = foreign.settings_env()
    assert {name: environment[f"{PREFIX}{name}"] for name in given} == given
    assert environment.keys().isdisjoint(f"{PREFIX}{name}" for name in no_longer_own)


def test_only_ports_of_own_parts_are_listened_on():
    assert plan().port_fields() == ["api_port", "temporal_port", "temporal_ui_port", "s3_port", "sandbox_port"]
    assert plan(TEMPORAL_ADDRESS="elsewhere:7233").port_fields() == ["api_port", "s3_port", "sandbox_port"]


def test_other_settings_of_the_caller_go_before_the_systems_own():
    environment = plan(DATABASE_URL="postgresql://db/refunds", MAX_CACHED_WORKFLOWS="7").settings_env()
    assert environment["REFUNDS_DATABASE_URL"] == "postgresql://db/refunds"
    assert environment["REFUNDS_MAX_CACHED_WORKFLOWS"] == "7"
