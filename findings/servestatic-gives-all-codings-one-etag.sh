#!/usr/bin/env bash
# What is surprising: ServeStatic sends a file and its gzip form with the same strong ETag, although HTTP (RFC 9110,
#   8.8.3.3) asks for one per coding. It also compares If-None-Match as one text: a list of tags, or the tag with W/
#   before it as a proxy that compresses makes it, is answered with the whole file again.
# Whom it hurts: caches that put together ranges of two codings, and sites behind a proxy that weakens tags: nothing
#   is ever 304.
# What we do: decision 0016: the front end is served by code of ours, with a strong ETag per coding.
# Versions: servestatic 4.4.0, httpx 0.28.1.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages servestatic==4.4.0 httpx==0.28.1

"$PY" - "$WORK" <<'PY'
import asyncio, gzip, pathlib, sys
import httpx
from servestatic import ServeStaticASGI

folder = pathlib.Path(sys.argv[1], "static")
folder.mkdir()
script = b"console.log('one line of many');\n" * 200
(folder / "app.js").write_bytes(script)
(folder / "app.js.gz").write_bytes(gzip.compress(script))

async def not_found(scope, receive, send):
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body"})

async def main():
    app = ServeStaticASGI(not_found, root=str(folder))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        tags = {}
        for coding in ("identity", "gzip"):
            answer = await client.get("/app.js", headers={"accept-encoding": coding})
            tags[coding] = answer.headers["etag"]
            print(f"{coding}: {answer.headers['content-length']} bytes, ETag {tags[coding]}")
        tag = tags["gzip"]
        statuses = []
        for shown, value in (("the tag", tag), ("W/ and the tag", f"W/{tag}"), ("a list with the tag", f'"other", {tag}')):
            statuses.append((await client.get("/app.js", headers={"if-none-match": value})).status_code)
            print(f"If-None-Match with {shown}: {statuses[-1]}")
    if len(set(tags.values())) != 1 or statuses != [304, 200, 200]:
        sys.exit(f"Changed: tags {tags}, statuses {statuses}")

asyncio.run(main())
PY
echo "As described."
