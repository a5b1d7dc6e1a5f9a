#!/usr/bin/env bash
# What is surprising: start granian a second time on a port that is taken, and it says "Listening" like the first one.
#   Both share the port, and the kernel gives each new connection to one of them, so answers alternate between two
#   programs.
# Whom it hurts: operators who forget that the old version still runs: the new one "works" for about half of the
#   requests.
# What we do: the program looks whether something listens on its address, and refuses to start.
# Versions: granian 2.8.7, Linux.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages granian==2.8.7

cat > "$WORK/shop.py" <<'PY'
import os

async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": os.environ["RELEASE"].encode()})
PY
PORT=$("$PY" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cd "$WORK"
for release in old new; do
    RELEASE=$release "$WORK/venv/bin/granian" --interface asginl --host 127.0.0.1 --port "$PORT" shop:app >"$release.log" 2>&1 &
    STOP+=("kill $!; wait $!")
    for _ in $(seq 300); do
        grep -q "Started worker" "$release.log" && break
        kill -0 $! 2>/dev/null || break
        sleep 0.1
    done
    echo "$release: $(grep -o "Listening at.*\|.*rror.*" "$release.log" | head -n 1 | sed "s/:$PORT/:PORT/")"
done

"$PY" - "$PORT" <<'PY'
import collections, sys, time
from urllib.request import urlopen

answers = collections.Counter()
for _ in range(200):
    answers[urlopen(f"http://127.0.0.1:{sys.argv[1]}/", timeout=10).read().decode()] += 1
    if len(answers) == 2 and sum(answers.values()) >= 20:
        break
print("answers:", ", ".join(f"{count} by the {release} one" for release, count in sorted(answers.items())))
if set(answers) != {"old", "new"}:
    sys.exit(f"Changed: answers came from {dict(answers)}")
PY
echo "As described."
