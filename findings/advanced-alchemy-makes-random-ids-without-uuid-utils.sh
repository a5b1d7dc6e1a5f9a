#!/usr/bin/env bash
# What is surprising: a table on advanced-alchemy's UUIDv7Base gets random ids of version 4 where the optional package
#   uuid-utils is not installed. Nothing fails; one warning is logged at import.
# Whom it hurts: tables whose ids are expected to ascend: a list "by id" is shuffled, and inserts hit every page of
#   the index.
# What we do: the dependency is advanced-alchemy[uuid], and ids are made by the `Ids` port, not by the base class.
# Versions: advanced-alchemy 1.12.0, uuid-utils 1.2.0, SQLAlchemy 2.1.9.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages advanced-alchemy==1.12.0 sqlalchemy==2.1.9

cat > "$WORK/ids.py" <<'PY'
from advanced_alchemy.base import UUIDv7Base
from sqlalchemy import create_engine
from sqlalchemy.orm import Mapped, Session

class Booking(UUIDv7Base):
    __tablename__ = "bookings"
    title: Mapped[str]

engine = create_engine("sqlite://")
Booking.metadata.create_all(engine)
with Session(engine) as session:
    booking = Booking(title="Yoga")
    session.add(booking)
    session.commit()
    print(booking.id.version)
PY
without=$("$PY" "$WORK/ids.py" 2>"$WORK/warning")
echo "without uuid-utils: version $without; said on stderr: $(cat "$WORK/warning")"
python_packages uuid-utils==1.2.0
with=$("$PY" "$WORK/ids.py")
echo "with uuid-utils: version $with"
if [ "$without $with" != "4 7" ]; then
    echo "Changed: ids are of version $without without uuid-utils and $with with it"
    exit 1
fi
echo "As described."
