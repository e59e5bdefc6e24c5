import pytest

from config.settings import Settings
from worker.prepare import prepare_bucket, prepare_database

ENOUGH = {"s3_access_key": "a", "s3_secret_key": "s", "stripe_api_key": "sk_test_prepare"}
NOBODY = "127.0.0.1:1"  # a port that no ordinary program may listen on


def settings(**given):
    return Settings.model_validate({**ENOUGH, **given})


def test_a_database_is_laid_out_and_laying_it_out_again_does_nothing(tmp_path):
    here = settings(database_url=f"sqlite:///{tmp_path / 'refunds.db'}")
    prepare_database(here)
    before = (tmp_path / "refunds.db").read_bytes()
    prepare_database(here)
    assert (tmp_path / "refunds.db").read_bytes() == before


def test_a_database_out_of_reach_is_one_line_naming_the_setting():
    with pytest.raises(SystemExit) as ended:
        prepare_database(settings(database_url=f"postgresql://refunds@{NOBODY}/refunds"))
    assert "REFUNDS_DATABASE_URL" in str(ended.value.code)
    assert "\n" not in str(ended.value.code)


def test_a_store_out_of_reach_is_one_line_naming_the_setting():
    with pytest.raises(SystemExit) as ended:
        prepare_bucket(settings(s3_endpoint=f"http://{NOBODY}"))
    assert "REFUNDS_S3_ENDPOINT" in str(ended.value.code)
    assert "\n" not in str(ended.value.code)
