#!/usr/bin/env bash
# What is surprising: with declared limits on every field, msgspec reports one wrong field per try, and no option
#   collects the others; nor does the error hold the path as data, only within its sentence.
# Whom it hurts: forms: a person who fills in five fields wrongly sends the form five times.
# What we do: decision 0028: bodies are read field by field, and every wrong field is named in one answer.
# Versions: msgspec 0.22.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages msgspec==0.22.0

"$PY" - <<'PY'
import sys
from typing import Annotated
import msgspec

class Registration(msgspec.Struct):
    name: Annotated[str, msgspec.Meta(min_length=1)]
    age: Annotated[int, msgspec.Meta(ge=0)]
    email: Annotated[str, msgspec.Meta(pattern="@")]

form, refusals = {"name": "", "age": -1, "email": "nowhere"}, []
for correction in ({"name": "Ada"}, {"age": 36}, {"email": "ada@example.org"}):
    try:
        msgspec.convert(form, Registration)
    except msgspec.ValidationError as error:
        refusals.append(str(error))
        print(form, "is refused:", error)
        data = {name: value for name, value in vars(error).items() if value}
    form |= correction
print(form, "is", msgspec.convert(form, Registration))
if len(refusals) != 3 or any(each.count("$.") != 1 for each in refusals) or data:
    sys.exit(f"Changed: refused {len(refusals)} times with {refusals}, the last error also holds {data}")
PY
echo "As described."
