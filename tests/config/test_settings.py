import json

import pytest
from pydantic import ValidationError

from config.keys import KeyHolder, Role
from config.settings import Settings, complaints, load
from gateways.couriers import registry as couriers
from gateways.payments import registry as payments
from gateways.payments.paypal.provider import PayPalSettings
from gateways.payments.stripe.provider import StripeSettings

ENOUGH = {
    "REFUNDS_S3_ACCESS_KEY": "store-access",
    "REFUNDS_S3_SECRET_KEY": "store-secret",
    "REFUNDS_STRIPE_API_KEY": "sk_test_settings",
}
LONG_KEY = "k3" * 12
PRODUCTION = {
    **ENOUGH,
    "REFUNDS_ENV": "production",
    "REFUNDS_COMMIT": "3f2a91c",
    "REFUNDS_DATABASE_URL": "postgresql://refunds:pw@db/refunds",
    "REFUNDS_API_KEYS": json.dumps({LONG_KEY: {"role": "auditor", "name": "mei"}}),
}


def stripe_of(settings: Settings) -> StripeSettings:
    assert isinstance(settings, StripeSettings)
    return settings


def paypal_of(settings: Settings) -> PayPalSettings:
    assert isinstance(settings, PayPalSettings)
    return settings


def read(monkeypatch, environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings.from_environment()


def refusals(monkeypatch, environment):
    with pytest.raises(ValidationError) as refused:
        read(monkeypatch, environment)
    return complaints(refused.value)


def test_development_starts_with_the_five_development_keys(monkeypatch):
    keys = read(monkeypatch, ENOUGH).api_keys
    assert keys["dev-auditor"] == KeyHolder(role=Role.AUDITOR, name="auditor")
    assert set(keys) == {f"dev-{role}" for role in ("storefront", "auditor", "warehouse", "finance", "admin")}


def test_the_defaults_are_the_ports_that_are_promised(monkeypatch):
    settings = read(monkeypatch, ENOUGH)
    ports = [settings.api_port, settings.temporal_port, settings.temporal_ui_port, settings.s3_port]
    assert [*ports, settings.sandbox_port] == [8000, 7233, 8233, 8333, 8420]


def test_production_starts_with_everything_set(monkeypatch):
    settings = read(monkeypatch, PRODUCTION)
    assert settings.api_keys[LONG_KEY].name == "mei"
    assert stripe_of(settings).stripe_api_key.get_secret_value() == "sk_test_settings"


def test_every_missing_setting_is_one_line_that_says_how_to_mend_it(monkeypatch):
    lines = refusals(monkeypatch, {})
    assert [line.split()[0] for line in lines] == list(ENOUGH)
    assert all("is not set. Set " in line for line in lines)


def test_a_setting_that_is_set_but_empty_is_missing(monkeypatch):
    assert refusals(monkeypatch, {**ENOUGH, "REFUNDS_S3_SECRET_KEY": ""})[0].startswith(
        "REFUNDS_S3_SECRET_KEY is not set"
    )


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("REFUNDS_API_KEYS", json.dumps({"dev-admin": {"role": "admin", "name": "a"}}), "no dev-* key"),
        ("REFUNDS_API_KEYS", "", "no dev-* key"),
        ("REFUNDS_API_KEYS", json.dumps({"short": {"role": "admin", "name": "a"}}), "24 characters"),
        ("REFUNDS_DATABASE_URL", "", "for development only"),
        ("REFUNDS_STRIPE_API_KEY", "", "is not set"),
        ("REFUNDS_S3_ACCESS_KEY", "", "is not set"),
        ("REFUNDS_COMMIT", "", "can be told apart"),
        ("REFUNDS_COMMIT", "local", "can be told apart"),
    ],
)
def test_production_refuses(monkeypatch, name, value, message):
    (line,) = refusals(monkeypatch, {**PRODUCTION, name: value})
    assert line.startswith(name)
    assert message in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REFUNDS_ENV", "staging"),
        ("REFUNDS_DATABASE_URL", "mysql://db"),
        ("REFUNDS_TEMPORAL_ADDRESS", "temporal"),
        ("REFUNDS_API_PORT", "70000"),
        ("REFUNDS_API_PORT", "http"),
        ("REFUNDS_S3_ENDPOINT", "store:8333"),
        ("REFUNDS_COMMIT", "feature/no hash"),
        ("REFUNDS_COMMIT", "a" * 65),
        ("REFUNDS_API_KEYS", "auditor"),
        ("REFUNDS_API_KEYS", "{}"),
        ("REFUNDS_API_KEYS", '{"a": {"role": "boss", "name": ""}}'),
    ],
)
def test_a_wrong_setting_is_one_line(monkeypatch, name, value):
    (line,) = refusals(monkeypatch, {**ENOUGH, name: value})
    assert line.startswith(f"{name} is wrong: ")
    assert ". Set " in line


def test_development_refuses_a_live_key_of_the_payment_provider(monkeypatch):
    (line,) = refusals(monkeypatch, {**ENOUGH, "REFUNDS_STRIPE_API_KEY": "sk_live_abc"})
    assert "real money" in line


def test_production_takes_a_live_key(monkeypatch):
    assert read(monkeypatch, {**PRODUCTION, "REFUNDS_STRIPE_API_KEY": "sk_live_abc"}).env == "production"


def test_no_complaint_and_no_print_shows_a_secret(monkeypatch):
    secrets = {
        "REFUNDS_S3_SECRET_KEY": "hidden-1",
        "REFUNDS_DATABASE_URL": "mysql://u:hidden-2@db",
        "REFUNDS_API_KEYS": '{"hidden-3": {"role": "boss"}}',
        "REFUNDS_STRIPE_API_KEY": "sk_live_hidden",
    }
    assert "hidden" not in "".join(refusals(monkeypatch, {**ENOUGH, **secrets}))
    monkeypatch.undo()
    shown = repr(read(monkeypatch, {**PRODUCTION, "REFUNDS_S3_SECRET_KEY": "hidden-1"}))
    assert "hidden" not in shown
    assert "pw" not in shown
    assert LONG_KEY not in shown


def test_a_process_with_wrong_settings_ends_with_2_and_lines_only(monkeypatch, capsys):
    monkeypatch.setenv("REFUNDS_API_PORT", "http")
    with pytest.raises(SystemExit) as ended:
        load()
    assert ended.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 4


def test_webhook_secrets_are_a_list_with_commas_the_newest_first(monkeypatch):
    settings = read(monkeypatch, {**ENOUGH, "REFUNDS_STRIPE_WEBHOOK_SECRETS": "whsec_new, whsec_old,"})
    secrets = stripe_of(settings).stripe_webhook_secrets
    assert [secret.get_secret_value() for secret in secrets] == ["whsec_new", "whsec_old"]
    assert "whsec_new" not in repr(settings)


def test_without_webhooks_and_paypal_nothing_of_them_is_asked_for(monkeypatch):
    settings = read(monkeypatch, ENOUGH)
    stripe, paypal = stripe_of(settings), paypal_of(settings)
    assert (stripe.stripe_webhook_secrets, paypal.paypal_client_id, paypal.paypal_webhook_ids) == ((), None, ())


@pytest.mark.parametrize("alone", ["REFUNDS_PAYPAL_CLIENT_ID", "REFUNDS_PAYPAL_CLIENT_SECRET"])
def test_paypals_client_id_and_secret_come_together(monkeypatch, alone):
    (line,) = refusals(monkeypatch, {**ENOUGH, alone: "one-half"})
    assert line.startswith("REFUNDS_PAYPAL_CLIENT_SECRET is wrong: set the client id and the secret together")


def test_every_setting_of_a_registered_provider_is_one_of_the_process_with_its_remedy():
    for provider in (*payments.PROVIDERS, *couriers.PROVIDERS):
        for name, field in provider.settings.model_fields.items():
            assert Settings.model_fields[name].description == field.description
            assert (field.description or "").startswith("Set ")


def test_the_settings_name_which_providers_are_set_up(monkeypatch):
    paypal = {"REFUNDS_PAYPAL_CLIENT_ID": "app", "REFUNDS_PAYPAL_CLIENT_SECRET": "secret"}
    assert set(payments.gateways_of(read(monkeypatch, ENOUGH))) == {"stripe"}
    assert set(payments.gateways_of(read(monkeypatch, {**ENOUGH, **paypal}))) == {"stripe", "paypal"}
