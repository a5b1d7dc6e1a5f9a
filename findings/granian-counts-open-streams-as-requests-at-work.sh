#!/usr/bin/env bash
# What is surprising: `backpressure` of granian, "the maximum number of requests to process concurrently", counts
#   connections. A stream of server-sent events that sends nothing takes one for as long as its page is open, and once all
#   are taken further connections are not accepted: they wait, without an answer, until a page is closed.
# Whom it hurts: a health check, which waits behind the pages of visitors; the orchestrator then restarts the program.
# What we do: the limit is the most streams that the program admits plus 1,024; beyond them a stream gets 503 at once
#   (decision 0089).
# Versions: granian 2.8.7, Linux.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages granian==2.8.7

cat > "$WORK/shop.py" <<'PY'
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    is_stream = scope["path"] == "/events"
    kind = b"text/event-stream" if is_stream else b"text/plain"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
    await send({"type": "http.response.body", "body": b": hello\n\n", "more_body": is_stream})
    while is_stream and (await receive())["type"] != "http.disconnect":
        pass
PY
PORT=$("$PY" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cd "$WORK"
"$WORK/venv/bin/granian" --interface asginl --host 127.0.0.1 --port "$PORT" --backpressure 2 shop:app >granian.log 2>&1 &
STOP+=("kill $!; wait $!")
for _ in $(seq 300); do
    grep -q "Started worker" granian.log && break
    sleep 0.1
done

"$PY" - "$PORT" <<'PY'
import socket, sys, time

def ask(path, wait):
    """Return an open connection and whether it was answered within these seconds."""
    connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=wait)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    try:
        return connection, connection.recv(100).startswith(b"HTTP/1.1 200")
    except TimeoutError:
        return connection, False

def health(wait):
    connection, is_answered = ask("/health", wait)
    connection.close()
    return is_answered

seen = []
first, is_open = ask("/events", 10)
seen.append(("one stream is open", is_open and health(10)))
second, is_open = ask("/events", 10)
seen.append(("two streams are open", is_open and health(3)))
second.close()
time.sleep(0.5)
seen.append(("one of them was closed", health(10)))
first.close()
for name, is_answered in seen:
    print(f"{name}: health is {'answered' if is_answered else 'not answered'}")
if [is_answered for _, is_answered in seen] != [True, False, True]:
    sys.exit("Changed: health does not wait for the end of a stream")
PY
echo "As described."
