#!/usr/bin/env bash
# What is surprising: Python's EmailMessage writes a List-Unsubscribe whose link is longer than a line as encoded words
#   (=?utf-8?q?=3Chttps…), although it is plain ASCII. RFC 2369 (2) allows no encoded words there and RFC 2047 (5) none in a
#   structured field. Readers find no link, so no button, and the header is correct in every test with a short link.
# Whom it hurts: senders with signed links, which are long: mailbox providers ask bulk senders for the one-click header
#   (RFC 8058), and people press "Spam" instead. `max_line_length=998` writes the link as it is, and then a long subject as one
#   encoded word of any length, where RFC 2047 (2) allows 75 characters.
# What we do: the policy of our mails writes these headers in one line and folds all others (adapters/mail/rfc5322.py).
# Versions: Python 3.11.7; mailparser 3.14.2 reads, nodemailer 10.6.1 writes for comparison.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
node_packages mailparser@3.14.2 nodemailer@10.6.1
python3 -c 'import platform; print("Python", platform.python_version())'
cd "$NODE_FOLDER"

cat >write.py <<'PY'
import sys
from email.message import EmailMessage
from email.policy import SMTP

link = "https://sessions.example.org/unsubscribe/?token="
for name, token, policy in [
    ("short", "abc", SMTP),
    ("long", "0123456789abcdef" * 6, SMTP),
    ("unfolded", "0123456789abcdef" * 6, SMTP.clone(max_line_length=998)),
]:
    message = EmailMessage(policy=policy)
    message["From"], message["To"] = "class@example.org", "ada@example.org"
    message["Subject"] = "Morgen um 18:00 Uhr: Brot backen für Anfängerinnen und Anfänger in der großen Küche"
    message["List-Unsubscribe"] = f"<{link}{token}>"
    message.set_content("See you there")
    with open(f"{name}.eml", "wb") as file:
        file.write(message.as_bytes())
PY
python3 write.py
cat >read.js <<'JS'
const { readFileSync } = require("node:fs");
const { simpleParser } = require("mailparser");
const { createTransport } = require("nodemailer");

const found = {};
async function read(name, source) {
  const mail = await simpleParser(source);
  const words = String(source).split("\r\n\r\n")[0].match(/=\?[^ ]*\?=/g) ?? [];
  found[name] = { link: Boolean(mail.headers.get("list")?.unsubscribe?.url), longest: Math.max(...words.map((word) => word.length)) };
  const header = mail.headerLines.find(({ key }) => key === "list-unsubscribe").line.split("\r\n").slice(0, 2).join(" ");
  console.log(`${name}: ${found[name].link ? "a link" : "no link"} to unsubscribe, encoded words of up to ${found[name].longest} characters`);
  console.log(`    ${header.slice(0, 110)}`);
}
(async () => {
  for (const name of ["short", "long", "unfolded"]) await read(name, readFileSync(`${name}.eml`));
  const { message } = await createTransport({ streamTransport: true, buffer: true, newline: "windows" }).sendMail({
    from: "class@example.org", to: "ada@example.org", text: "See you there",
    subject: "Morgen um 18:00 Uhr: Brot backen für Anfängerinnen und Anfänger in der großen Küche",
    list: { unsubscribe: `https://sessions.example.org/unsubscribe/?token=${"0123456789abcdef".repeat(6)}` },
  });
  await read("nodemailer", message);
  const { short, long, unfolded, nodemailer } = found;
  const isSame = short.link && !long.link && unfolded.link && unfolded.longest > 75 && nodemailer.link && nodemailer.longest <= 75;
  if (!isSame) { console.error("Changed: the links or the lengths are others"); process.exit(1); }
})();
JS
node read.js
echo "As described."
