import socket

import pytest

from local.stack.ports import LOOPBACK, STORE_PARTS, Ports, is_free, refuse_taken, reserve
from local.stack.process import StackError
from tests.support.assertions import does_not_raise


@pytest.fixture
def reserved():
    reservation = reserve()
    with reservation.guard:
        yield reservation.ports


@pytest.fixture
def taken_port(reserved):
    with socket.create_server((LOOPBACK, reserved.api)):
        yield reserved.api


def test_a_reserved_port_is_free_until_something_listens_on_it(reserved):
    assert is_free(reserved.temporal)
    with socket.create_server((LOOPBACK, reserved.temporal)):
        assert not is_free(reserved.temporal)


def test_two_systems_never_share_a_port(reserved):
    other = reserve()
    with other.guard:
        mine, theirs = (
            {port for field in ("api_port", "temporal_port", "s3_port") for port in ports.needed_by(field)}
            for ports in (reserved, other.ports)
        )
    assert mine.isdisjoint(theirs)


def test_reserved_ports_are_none_that_an_outgoing_connection_could_get(reserved):
    assert max(reserved.needed_by("s3_port")) < 32768


def test_a_taken_port_is_one_line_naming_the_port_and_its_setting(reserved, taken_port):
    with pytest.raises(StackError) as refused:
        refuse_taken(reserved, ["temporal_port", "api_port"])
    (line,) = refused.value.message.splitlines()
    assert str(taken_port) in line
    assert "REFUNDS_API_PORT" in line


def test_ports_of_parts_that_are_not_ours_are_not_looked_at(reserved, taken_port):
    with does_not_raise():
        refuse_taken(reserved, ["temporal_port", "s3_port"])


def test_a_taken_inner_port_of_the_store_names_the_setting_that_moves_it(reserved):
    inner = reserved.store_parts["filer.port"]
    message = rf"Port {inner} is taken.*REFUNDS_S3_PORT"
    with socket.create_server((LOOPBACK, inner)), pytest.raises(StackError, match=message):
        refuse_taken(reserved, ["s3_port"])


def test_the_stores_parts_follow_its_own_port():
    ports = Ports(api=1, temporal=2, temporal_ui=3, sandbox=4, s3=8333)
    assert ports.needed_by("s3_port") == [8333, *range(8334, 8334 + len(STORE_PARTS)), 18341]


def test_a_number_that_is_no_port_is_not_free():
    assert not is_free(70_000)
