import socket

import pytest

from config.settings import Settings
from config.temporal import connect, target_of

ENOUGH = {"s3_access_key": "a", "s3_secret_key": "s", "stripe_api_key": "sk_test_connect"}


def settings(**given):
    return Settings.model_validate({**ENOUGH, **given})


@pytest.fixture
def silent_address():
    with socket.socket() as bound:  # bound, never listening: whoever connects is refused
        bound.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{bound.getsockname()[1]}"


async def test_temporal_out_of_reach_is_one_line_with_the_address_and_the_way_out(silent_address):
    with pytest.raises(SystemExit) as ended:
        await connect(settings(temporal_address=silent_address))
    line = str(ended.value.code)
    assert silent_address in line
    assert "make dev" in line
    assert "REFUNDS_TEMPORAL_ADDRESS" in line
    assert "\n" not in line


async def test_a_lazy_client_does_not_need_temporal_yet(silent_address):
    client = await connect(settings(temporal_address=silent_address), lazy=True)
    assert client.namespace == "default"


def test_without_an_address_a_profile_of_the_environment_says_where(monkeypatch):
    monkeypatch.setenv("TEMPORAL_ADDRESS", "cloud.example:7233")
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "shop")
    monkeypatch.setenv("TEMPORAL_API_KEY", "cloud-key")
    target = target_of(settings())
    assert (target.get("target_host"), target.get("namespace")) == ("cloud.example:7233", "shop")
    assert target.get("api_key") == "cloud-key"
    assert target.get("tls") is True


def test_without_an_address_a_profile_of_the_file_says_where(monkeypatch, tmp_path):
    file = tmp_path / "temporal.toml"
    file.write_text('[profile.shop]\naddress = "file.example:7233"\n')
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(file))
    monkeypatch.setenv("TEMPORAL_PROFILE", "shop")
    assert target_of(settings()) == {"target_host": "file.example:7233", "namespace": "default"}


def test_the_address_of_the_settings_wins_over_the_profile(monkeypatch):
    monkeypatch.setenv("TEMPORAL_ADDRESS", "cloud.example:7233")
    monkeypatch.setenv("TEMPORAL_API_KEY", "cloud-key")
    assert target_of(settings(temporal_address="own:7233")) == {"target_host": "own:7233", "namespace": "default"}


def test_the_namespace_of_the_settings_wins_over_the_profile(monkeypatch):
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "shop")
    assert target_of(settings(temporal_namespace="own")) == {"target_host": "localhost:7233", "namespace": "own"}


def test_a_profile_that_does_not_exist_is_one_line(monkeypatch):
    monkeypatch.setenv("TEMPORAL_PROFILE", "nowhere")
    with pytest.raises(SystemExit, match=r"profile.*'nowhere' not found"):
        target_of(settings())
