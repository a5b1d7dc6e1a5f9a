"""The table of rate limits has the figures of the code."""

import re
from datetime import timedelta
from pathlib import Path

from marketplace.core.domain import rate_limits
from marketplace.core.domain.rate_limits import RateLimit
from marketplace.limit_settings import LIMITS
from marketplace.settings import PREFIX

PAGE = (Path(__file__).parents[2] / "docs" / "security" / "limits.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| [^|]+ \| (\d+) \| (\d+) (minutes?|hours?|days?) \|$", PAGE, re.MULTILINE)


def test_table_of_limits_has_the_figures_of_the_code() -> None:
    written = {
        name: (int(maximum), timedelta(**{f"{unit.removesuffix('s')}s": int(number)}))
        for name, maximum, number, unit in ROWS
    }

    limits = [each for each in vars(rate_limits).values() if isinstance(each, RateLimit)]
    assert written == {each.name: (each.maximum, each.span) for each in limits}


def test_table_of_limits_names_every_variable() -> None:
    assert set(re.findall(rf"`({PREFIX}[A-Z_]+)` \| 4\d\d", PAGE)) == {f"{PREFIX}{name.upper()}" for name in LIMITS}
