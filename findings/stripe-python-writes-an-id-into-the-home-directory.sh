#!/usr/bin/env bash
# What is surprising: the first request of stripe-python writes a random ID into ~/.config/stripe/telemetry_id and sends
#   it with every request, in the header X-Stripe-Client-User-Agent, with the platform. Without the right to write
#   there it tries again silently at each start.
# Whom it hurts: programs that claim to write into their data directory only, homes that several people share, and
#   readers of its documentation, where telemetry is about latencies.
# What we do: adapters/payments/stripe.py sets stripe.enable_telemetry = False before the first request.
# Versions: stripe 16.1.0, httpx 0.28.1.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages "stripe[async]==16.1.0" httpx==0.28.1

cat > "$WORK/ask.py" <<'PY'
import asyncio, json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
import stripe

seen = []

class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        seen.append(json.loads(self.headers["X-Stripe-Client-User-Agent"]))
        body = b'{"id": "pi_1", "object": "payment_intent"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

server = HTTPServer(("127.0.0.1", 0), Server)
Thread(target=server.serve_forever, daemon=True).start()
stripe.enable_telemetry = sys.argv[1] == "on"
client = stripe.StripeClient(
    "sk_test_1", base_addresses={"api": f"http://127.0.0.1:{server.server_port}"}, http_client=stripe.HTTPXClient()
)
asyncio.run(client.v1.payment_intents.retrieve_async("pi_1"))
print("sends an ID" if "telemetry_id" in seen[0] else "sends none")
PY
for telemetry in on off; do
    mkdir "$WORK/$telemetry"
    said=$(HOME="$WORK/$telemetry" XDG_CONFIG_HOME='' "$PY" "$WORK/ask.py" "$telemetry")
    files=$(cd "$WORK/$telemetry" && find . -type f)
    echo "telemetry $telemetry: $said; files in the home directory: ${files:-none}"
    outcome="${outcome:-}$said:$files;"
done
if [ "$outcome" != "sends an ID:./.config/stripe/telemetry_id;sends none:;" ]; then
    echo "Changed: $outcome"
    exit 1
fi
echo "As described."
