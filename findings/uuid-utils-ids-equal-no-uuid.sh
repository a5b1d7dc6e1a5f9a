#!/usr/bin/env bash
# What is surprising: uuid_utils.UUID looks like uuid.UUID and prints like it, yet never equals it, is no instance of
#   it, and finds nothing in a dictionary with the other as its key. msgspec refuses to encode it. The package's own
#   `compat` module returns the standard type.
# Whom it hurts: programs that make an id by uuid_utils.uuid7() and compare it with the one that the database driver
#   returned.
# What we do: the `Ids` adapter imports uuid_utils.compat.
# Versions: uuid-utils 1.2.0, msgspec 0.22.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages uuid-utils==1.2.0 msgspec==0.22.0

"$PY" - <<'PY'
import sys, uuid
import msgspec, uuid_utils, uuid_utils.compat

def encoded(value):
    try:
        return msgspec.json.encode(value).decode()
    except TypeError as error:
        return f"TypeError: {error}"

seen = {}
for module in (uuid_utils, uuid_utils.compat):
    made = module.uuid7()
    same = uuid.UUID(str(made))
    seen[module.__name__] = (made == same, isinstance(made, uuid.UUID), same in {made: 1}, encoded(made)[:9])
    print(f"{module.__name__}: equal {seen[module.__name__][0]}, an instance {seen[module.__name__][1]},"
          f" found as a key {seen[module.__name__][2]}, msgspec: {encoded(made)}")
if seen["uuid_utils"] != (False, False, False, "TypeError") or seen["uuid_utils.compat"][:3] != (True, True, True):
    sys.exit(f"Changed: {seen}")
PY
echo "As described."
