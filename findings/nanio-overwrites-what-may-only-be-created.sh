#!/usr/bin/env bash
# What is surprising: nanio, the small S3 server that tests can install from PyPI, ignores If-None-Match: * on a PUT.
#   S3 answers the second write of a name with 412; nanio answers 200 and replaces the bytes, so obstore's
#   mode="create" succeeds twice.
# Whom it hurts: tests of uploads that rely on "the first one wins": they pass or fail for reasons that real storage
#   has not.
# What we do: files are not stored yet; tests of create-only writes need another server than this one.
# Versions: nanio 0.1.7, obstore 0.12.1 (the client).
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages nanio==0.1.7 obstore==0.12.1

mkdir -p "$WORK/data/pictures"
PORT=$("$PY" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
NANIO_ACCESS_KEY=example NANIO_SECRET_KEY=only-an-example "$WORK/venv/bin/nanio" serve --data-dir "$WORK/data" \
    --host 127.0.0.1 --port "$PORT" --log-level warning --no-access-log >"$WORK/nanio.log" 2>&1 &
STOP+=("kill $!; wait $!")

"$PY" - "$PORT" <<'PY'
import socket, sys, time
import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import S3Store

for _ in range(300):
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
        break
    except OSError:
        time.sleep(0.1)
store = S3Store(
    "pictures", endpoint=f"http://127.0.0.1:{sys.argv[1]}", region="us-east-1", access_key_id="example",
    secret_access_key="only-an-example", virtual_hosted_style_request=False, client_options={"allow_http": True})
outcomes = []
for body in (b"first", b"second"):
    try:
        obstore.put(store, "cover.webp", body, mode="create")
        outcomes.append("created")
    except AlreadyExistsError:
        outcomes.append("refused")
    print(f"create cover.webp as {body.decode()!r}: {outcomes[-1]}")
kept = bytes(obstore.get(store, "cover.webp").bytes()).decode()
print("kept:", kept)
if (outcomes, kept) != (["created", "created"], "second"):
    sys.exit(f"Changed: {outcomes}, kept is {kept!r}")
PY
echo "As described."
