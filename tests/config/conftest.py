import os

import pytest


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    """Nothing of the caller's own settings or Temporal profile reaches these tests."""
    for name in [name for name in os.environ if name.startswith(("REFUNDS_", "TEMPORAL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)
