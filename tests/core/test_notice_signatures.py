"""Signatures of notices."""

from datetime import timedelta

import pytest
from stripe import WebhookSignature

from fakes import NOW
from marketplace.adapters.payments.signatures import sign, verify
from marketplace.core.errors.payments import InvalidSignature

BODY = '{"id": "evt_1", "title": "Töpfern"}'.encode()
SECRET, OLD = "whsec_new", "whsec_old"


def accepted(header: str | None, body: bytes = BODY, by: timedelta = timedelta()) -> bool:
    try:
        verify(body, header, SECRET, NOW + by)
    except InvalidSignature:
        return False
    return True


def test_signature_is_that_of_stripes_library() -> None:
    theirs = WebhookSignature.generate_signature_header(BODY.decode(), SECRET, int(NOW.timestamp()))
    assert sign(BODY, SECRET, NOW) == theirs
    assert accepted(theirs)


def test_notice_is_accepted_for_five_minutes() -> None:
    header = sign(BODY, SECRET, NOW)
    spans = {-301: False, -300: True, 0: True, 300: True, 301: False, 86_400: False}
    assert {seconds: accepted(header, by=timedelta(seconds=seconds)) for seconds in spans} == spans


def test_one_of_several_signatures_is_enough_while_a_secret_is_replaced() -> None:
    new, old = sign(BODY, SECRET, NOW), sign(BODY, OLD, NOW)
    assert accepted(f"{old},{new.partition(',')[2]}")
    assert accepted(f"{new},{old.partition(',')[2]}, v0=00")
    assert not accepted(f"{old},{old.partition(',')[2]}")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "v1=00",
        "t=1",
        "t=,v1=",
        f"t={int(NOW.timestamp())}",
        sign(BODY, SECRET, NOW).replace("v1=", "v0="),
        sign(BODY, SECRET, NOW).replace("t=", "t=+"),
        sign(BODY, SECRET, NOW).replace("t=", "t=٣"),
        sign(BODY, SECRET, NOW) + f",t={int(NOW.timestamp())}",
        sign(BODY, SECRET, NOW).upper(),
        sign(BODY, SECRET, NOW) + "é",
        "=,=,=",
    ],
)
def test_other_headers_are_refused(header: str | None) -> None:
    assert not accepted(header)


def test_changed_body_is_refused() -> None:
    assert not accepted(sign(BODY, SECRET, NOW), BODY + b" ")
    assert not accepted(sign(BODY, SECRET, NOW), BODY.replace(b"1", b"2"))
