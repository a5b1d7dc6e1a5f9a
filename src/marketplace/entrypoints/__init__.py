"""Entry points: command line, HTTP server, worker, shell and `marketplace check`."""

import sys

import marketplace.bootstrap  # noqa: F401 - before anything else reads a time zone

if "litestar" not in sys.modules and "advanced_alchemy" not in sys.modules:
    # Litestar imports advanced-alchemy where it is installed, and so SQLAlchemy, for a class that we do not use: 40 MB
    # in every process. The back office imports them when it is first asked for a list.
    # With `None` there, an import of it raises ImportError.
    sys.modules["advanced_alchemy"] = None  # type: ignore[assignment]
    try:
        import litestar.pagination  # noqa: F401
    finally:
        del sys.modules["advanced_alchemy"]
