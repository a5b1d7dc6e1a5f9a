"""Notices of the payment provider whose signature is right and whose content is not."""

from http_api import PAID_SETTINGS, open_api
from marketplace.adapters.payments.events import SIGNATURE_HEADER
from marketplace.adapters.payments.memory import NOTICE_KEY
from marketplace.adapters.payments.signatures import sign

WEBHOOK = "/api/payments/webhooks/memory/"
UNREADABLE = {
    "NUL in an ID": rb'{"id":"evt\u0000","type":"payment.paid","payment":"sim_1","reference":"%s"}',
    "NUL in a payment": rb'{"id":"evt_1","type":"payment.paid","payment":"sim\u0000","reference":"%s"}',
    "NUL in a type": rb'{"id":"evt_1","type":"\u0000","payment":"sim_1","reference":"%s"}',
    "lone surrogate": rb'{"id":"evt\ud800","type":"payment.paid","payment":"sim_1","reference":"%s"}',
    "empty ID": rb'{"id":"","type":"payment.paid","payment":"sim_1","reference":"%s"}',
    "long ID": rb'{"id":"' + b"e" * 300 + rb'","type":"payment.paid","payment":"sim_1","reference":"%s"}',
    "number as an ID": rb'{"id":1e999,"type":"payment.paid","payment":"sim_1","reference":"%s"}',
    "huge number": rb'{"id":"evt_1","type":"payment.paid","payment":' + b"9" * 9_000 + rb',"reference":"%s"}',
    "deep nesting": b"[" * 30_000,
    "deep nesting in a field": rb'{"x":' + b"[" * 30_000,
    "no UUID": rb'{"id":"evt_1","type":"payment.paid","payment":"sim_1","reference":"1"}',
    "list": b"[]",
    "text": b'"evt_1"',
    "nothing": b"null",
    "empty": b"",
    "not UTF-8": b'{"id":"\xff"}',
}


async def test_signed_notice_that_cannot_be_read_is_refused_and_has_no_effect() -> None:
    async with open_api(PAID_SETTINGS) as api:
        session = await api.session(await api.creator(), payment_method="online")
        learner, staff = await api.person(), await api.person(is_staff=True)
        booking = await api.booking(learner, session)
        await learner.post(f"/api/bookings/{booking['id']}/pay/")
        answers = {}
        for name, template in UNREADABLE.items():
            body = template.replace(b"%s", booking["id"].encode())
            headers = {SIGNATURE_HEADER: sign(body, NOTICE_KEY, api.clock.now())}
            answer = await api.visitor.send("POST", WEBHOOK, content=body, headers=headers)
            answers[name] = answer.status_code, answer.json()["code"] if answer.content else None
        assert answers == dict.fromkeys(UNREADABLE, (400, "invalid_notice"))
        assert (await staff.get("/api/admin/parked-payments/")).json() == []
