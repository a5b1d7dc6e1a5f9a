#!/usr/bin/env bash
# What is surprising: aiosmtplib.send(recipients="ada@example.org, bob@example.org") sends to Ada only and reports
#   success: no recipient is listed as refused. The same text in the header To of the message, without `recipients`,
#   reaches both.
# Whom it hurts: a setting such as NOTIFY="ada@…, bob@…" handed on as it is: the second person never gets a mail, and
#   no log says so.
# What we do: adapters/mail/smtp.py sends each mail to one address, with the commands of the protocol, and reads the
#   answer.
# Versions: aiosmtplib 5.1.3, aiosmtpd 1.4.6 (the server).
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages aiosmtplib==5.1.3 aiosmtpd==1.4.6

"$PY" - <<'PY'
import asyncio, socket, sys
from email.message import EmailMessage
import aiosmtplib
from aiosmtpd.controller import Controller

class Inbox:
    async def handle_DATA(self, server, session, envelope):
        self.recipients = envelope.rcpt_tos
        return "250 OK"

BOTH = "ada@example.org, bob@example.org"
message = EmailMessage()
message["From"], message["To"], message["Subject"] = "shop@example.org", BOTH, "Two seats were booked"
message.set_content("See you there.")
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
inbox, seen = Inbox(), []
server = Controller(inbox, hostname="127.0.0.1", port=port)
server.start()
try:
    for options in ({"recipients": BOTH}, {"recipients": BOTH.split(", ")}, {}):
        refused, _ = asyncio.run(aiosmtplib.send(message, hostname="127.0.0.1", port=port, **options))
        seen.append(len(inbox.recipients))
        print(f"{options or 'recipients left to the header To'}: sent to {inbox.recipients}, refused {refused}")
finally:
    server.stop()
if seen != [1, 2, 2]:
    sys.exit(f"Changed: sent to {seen} recipients")
PY
echo "As described."
