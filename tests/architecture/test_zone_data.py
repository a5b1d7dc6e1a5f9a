"""Only `frontend/src/lib/time` uses the browser's zone data: elsewhere it would show other hours than the server's."""

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "frontend" / "src"
LOCAL_TIME = re.compile(
    r"DateTimeFormat|timeZone\b|toLocale(Date|Time)String|getTimezoneOffset|date-fns|\bTemporal\."
    r"|\.[gs]et(Hours|Minutes|Day|Date|Month|FullYear)\(|new Date\([^()]*,"
)


@pytest.mark.parametrize(
    "line",
    [
        'new Intl.DateTimeFormat("en", { timeZone: zone })',
        "date.toLocaleTimeString()",
        "now.getHours()",
        "new Date(year, month, 1)",
        'import { TZDate } from "@date-fns/tz";',
    ],
)
def test_use_of_local_time_is_recognized(line: str) -> None:
    assert LOCAL_TIME.search(line)


def test_front_end_uses_zone_data_only_in_lib_time() -> None:
    files = [path for path in SOURCE.rglob("*.ts*") if not path.is_relative_to(SOURCE / "lib" / "time")]
    found = [
        f"{path.relative_to(SOURCE)}: {line.strip()}"
        for path in files
        if ".test." not in path.name and path.name != "schema.d.ts"
        for line in path.read_text(encoding="utf-8").splitlines()
        if LOCAL_TIME.search(line)
    ]

    assert len(files) > 300
    assert found == []
