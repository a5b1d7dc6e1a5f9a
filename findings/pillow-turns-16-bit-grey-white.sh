#!/usr/bin/env bash
# What is surprising: Pillow opens a grey PNG of 16 bits as mode I;16, and convert("L") or convert("RGB") cuts each
#   value off at 255 instead of dividing by 257: whatever is not nearly black becomes white. Saving it as JPEG or WebP
#   has to convert.
# Whom it hurts: uploads from scanners, medical devices and 3D programs: the thumbnail is a white square, with no
#   error.
# What we do: pictures are not uploaded yet; the code to come divides I;16 before it converts.
# Versions: Pillow 13.0.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages pillow==13.0.0

"$PY" - <<'PY'
import io, struct, sys
from PIL import Image

VALUES = (0, 200, 16384, 32768, 65535)
picture = io.BytesIO()
Image.frombytes("I;16", (len(VALUES), 1), struct.pack(f"<{len(VALUES)}H", *VALUES)).save(picture, "PNG")
opened = Image.open(picture)
seen = {mode: [pixel if isinstance(pixel, int) else pixel[0] for pixel in
               (opened.convert(mode).getpixel((x, 0)) for x in range(len(VALUES)))] for mode in ("L", "RGB")}
print(f"a PNG of mode {opened.mode} with the values {list(VALUES)}")
for mode, pixels in seen.items():
    print(f"convert({mode!r}): {pixels}")
print("divided by 257:", [value // 257 for value in VALUES])
if opened.mode != "I;16" or set(map(tuple, seen.values())) != {(0, 200, 255, 255, 255)}:
    sys.exit(f"Changed: {opened.mode}, {seen}")
PY
echo "As described."
