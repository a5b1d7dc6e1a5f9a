"""Passwords that are known from breaches of other sites, by a file of digests that the operator provides."""

import hashlib
import logging
import os
import re
from pathlib import Path

from marketplace.settings import PREFIX, SettingsError

LOG = logging.getLogger(__name__)
DIGITS = 40
"""Of a SHA-1 in hexadecimal."""
LINE = re.compile(rb"([0-9A-Fa-f]{40})(?::[0-9]+)?\r?(?:\n|\Z)")
MAX_LINE = 128
"""Bytes, with the end of the line."""
CHECKED = 200
"""Lines that are checked at the start."""
END = 16**DIGITS


class BreachedPasswords:
    """Looks digests up in a sorted file, which stays on disk: that of all known passwords has some 40 GB.

    Each line is the SHA-1 of a password in hexadecimal, as the downloader of Pwned Passwords writes it: with a colon
    and a count, which does not matter, in ascending order. Digests are spread evenly, so about five reads find one.
    The file is opened once: replace it by renaming another to its name, and start again.
    """

    def __init__(self, path: Path) -> None:
        """Open the file and check lines throughout. Raises `SettingsError`."""
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            self._size = os.fstat(self._file).st_size
            self._check()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise SettingsError(
                f"{PREFIX}BREACHED_PASSWORDS is '{path}', but must be a file of SHA-1 digests in hexadecimal, one a"
                f" line and sorted: {reason}."
            ) from None

    def __contains__(self, password: str) -> bool:
        """Return whether a digest is in the file. One that broke while in use is logged, and keeps no one out."""
        try:
            return self._has(password)
        except (OSError, ValueError):
            LOG.exception("The file of breached passwords can't be read")
            return False

    def _has(self, password: str) -> bool:
        wanted = int(hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest(), 16)
        begin, end, first, last = 0, self._size, 0, END
        while begin < end and first <= wanted < last:
            start, digest, following = self._line_at(begin + (end - begin) * (wanted - first) // (last - first), begin)
            if digest == wanted:
                return True
            if digest < wanted:
                begin, first = following, digest
            else:
                end, last = start, digest
        return False

    def close(self) -> None:
        os.close(self._file)

    def _check(self) -> None:
        digests = [self._line_at(self._size * part // CHECKED, 0)[1] for part in range(CHECKED)]
        if digests != sorted(digests):
            raise ValueError("its lines aren't in ascending order")

    def _line_at(self, position: int, earliest: int) -> tuple[int, int, int]:
        """Return where the line around a position begins, its digest, and where the next begins.

        A line begins at `earliest`, or before. Raises `ValueError` if it is malformed.
        """
        begin = max(earliest, position - MAX_LINE)
        part = os.pread(self._file, 2 * MAX_LINE, begin)
        start = part.rfind(b"\n", 0, position - begin) + 1
        line = LINE.match(part, start)
        if line is None:
            raise ValueError(f"there is something else around byte {position}")
        return begin + start, int(line[1], 16), begin + line.end()
