#!/usr/bin/env bash
# What is surprising: the reference library of Standard Webhooks verifies bodies of bytes and signs bytes without
#   complaint, but what it signs is the text b'…' with quotes and all, so no receiver accepts it. An aware time in
#   another zone is signed as if its wall clock were UTC, so that the signature is hours away from the timestamp that
#   is sent.
# Whom it hurts: senders, who have the encoded body at hand: they must send exactly the bytes that they signed.
# What we do: no webhooks are sent yet; the sender to come decodes the body before it signs, and uses UTC.
# Versions: standardwebhooks 1.1.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages standardwebhooks==1.1.0 tzdata==2026.6

"$PY" - <<'PY'
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

webhook = Webhook(b"an example, which is not a secret of anything")
body, now = b'{"type": "booking.created"}', datetime.now(UTC)

def accepted(signature):
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}
    try:
        webhook.verify(body, headers)
    except WebhookVerificationError as error:
        return f"refused: {error}"
    return "accepted"

seen = {
    "text, UTC": accepted(webhook.sign("msg_1", now, body.decode())),
    "bytes, UTC": accepted(webhook.sign("msg_1", now, body)),
    "text, the same instant in Tokyo": accepted(webhook.sign("msg_1", now.astimezone(ZoneInfo("Asia/Tokyo")), body.decode())),
}
for signed, outcome in seen.items():
    print(f"signed as {signed}: {outcome}")
if [each.split(":")[0] for each in seen.values()] != ["accepted", "refused", "refused"]:
    sys.exit(f"Changed: {seen}")
PY
echo "As described."
