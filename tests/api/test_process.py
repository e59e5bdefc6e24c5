"""`python -m api` as a process of its own: what stands in its way is one line, and it ends in an orderly way."""

import json
import signal
import socket
from datetime import UTC, datetime
from threading import Thread

import httpx2

from db.core.engine import Database
from tests.api.api_process import PATIENCE_SECONDS, await_requests, complaint, running
from tests.support.api_client import order_body, problem

NOBODY = "127.0.0.1:1"  # a port that no ordinary program listens on


def test_it_serves_http_and_ends_when_told_to(settings):
    with running(settings) as (process, client):
        assert client.get("/readyz").json() == {"database": "ok", "temporal": "ok", "evidence_store": "ok"}
        large = client.put("/v1/orders/O-1", content=b" " * (2 * 1024 * 1024))
        problem(large, 413, "body-too-large")
        problem(client.get("/v1/refunds/rc_0000000%00"), 422, "invalid-request")
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 0
    assert "Traceback" not in said
    assert f"listening on http://127.0.0.1:{settings['REFUNDS_API_PORT']}" in said


def test_a_request_that_is_under_way_when_it_is_told_to_end_is_answered(settings):
    order = order_body("O-1", datetime.now(UTC))
    answers: list[httpx2.Response] = []
    database = Database(settings["REFUNDS_DATABASE_URL"])
    with running(settings) as (process, client):
        with database.writing():
            waiting = Thread(target=lambda: answers.append(client.put("/v1/orders/O-1", json=order)))
            waiting.start()
            await_requests(client, 2)  # this one, and the one that asks
            process.send_signal(signal.SIGTERM)
        waiting.join(PATIENCE_SECONDS)
        process.communicate(timeout=PATIENCE_SECONDS)

    database.close()
    assert [answer.status_code for answer in answers] == [201]
    assert process.returncode == 0


def test_a_request_that_breaks_off_is_not_acted_on(settings):
    with running(settings) as (_, client):
        order = json.dumps(order_body("O-1", datetime.now(UTC))).encode()
        with socket.create_connection(("127.0.0.1", int(settings["REFUNDS_API_PORT"]))) as half:
            half.sendall(
                b"PUT /v1/orders/O-1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer dev-admin\r\n"
                b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(order) + 1, order)
            )
            await_requests(client, 2)
        await_requests(client, 1)
        assert client.put("/v1/orders/O-1", json=json.loads(order)).status_code == 201


def test_a_port_that_is_taken_is_one_line_naming_port_and_setting(settings):
    port = int(settings["REFUNDS_API_PORT"])
    with socket.create_server(("127.0.0.1", port)):
        line = complaint(settings, 1)

    assert f"port {port}" in line
    assert "REFUNDS_API_PORT" in line


def test_temporal_out_of_reach_is_one_line_naming_the_setting(settings):
    line = complaint({**settings, "REFUNDS_TEMPORAL_ADDRESS": NOBODY}, 1)

    assert NOBODY in line
    assert "REFUNDS_TEMPORAL_ADDRESS" in line


def test_a_namespace_that_is_not_there_is_one_line_naming_the_setting(settings):
    line = complaint({**settings, "REFUNDS_TEMPORAL_NAMESPACE": "nowhere"}, 1)

    assert "nowhere" in line
    assert "REFUNDS_TEMPORAL_NAMESPACE" in line


def test_a_database_without_tables_is_one_line_saying_how_to_make_them(settings, tmp_path):
    line = complaint({**settings, "REFUNDS_DATABASE_URL": f"sqlite:///{tmp_path}/empty.db"}, 1)

    assert "REFUNDS_DATABASE_URL" in line
    assert "python -m worker.prepare" in line


def test_a_database_out_of_reach_is_one_line_naming_the_setting_and_not_its_password(settings):
    url = f"postgresql://refunds:pa55word@{NOBODY}/refunds"
    line = complaint({**settings, "REFUNDS_DATABASE_URL": url}, 1)

    assert "REFUNDS_DATABASE_URL" in line
    assert "pa55word" not in line


def test_a_wrong_setting_is_one_line(settings):
    assert "REFUNDS_API_PORT" in complaint({**settings, "REFUNDS_API_PORT": "http"}, 2)


def test_a_key_holder_who_could_not_stand_in_records_is_one_line(settings):
    keys = '{"a-key": {"role": "auditor", "name": "<mei>"}}'
    assert "REFUNDS_API_KEYS" in complaint({**settings, "REFUNDS_API_KEYS": keys}, 1)
