"""Parse the part of the Dockerfile format that deploy/Dockerfile uses; raise an error for the rest."""

import json
import re
import shlex
import string
from dataclasses import dataclass, field
from pathlib import Path

KNOWN = frozenset(
    "ARG FROM WORKDIR COPY RUN ENV USER EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD".split()  # noqa: SIM905 - a list of words
)


@dataclass(frozen=True)
class Instruction:
    """An instruction, with continued lines joined."""

    word: str
    rest: str


@dataclass
class Stage:
    """The instructions between one FROM and the next."""

    name: str
    base: str
    instructions: list[Instruction] = field(default_factory=list)

    def words(self, word: str) -> list[str]:
        """Return the words of the last instruction of a kind, given as a JSON list."""
        last = next(each for each in reversed(self.instructions) if each.word == word)
        _, _, listed = last.rest.partition("[")
        return list(map(str, json.loads(f"[{listed}")))


def stages_of(path: Path) -> dict[str, Stage]:
    """Return the stages by name, with the defaults of their arguments filled in."""
    text = re.sub(r"^\s*#.*\n", "", path.read_text(), flags=re.MULTILINE)
    arguments: dict[str, str] = {}
    stages: dict[str, Stage] = {}
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        if not line.strip():
            continue
        word, _, rest = line.strip().partition(" ")
        assert word in KNOWN, line
        if word == "FROM":
            base, _, name = string.Template(rest).substitute(arguments).partition(" AS ")
            stages[name] = stage = Stage(name, base)
        elif not stages:
            name, _, value = rest.partition("=")
            arguments[name] = value
        elif word == "ARG":
            stage.instructions.append(Instruction("ENV", f"{rest}={arguments[rest]}"))
        else:
            stage.instructions.append(Instruction(word, rest))
    return stages


def pairs(rest: str) -> list[tuple[str, str]]:
    """Return the names and values of an ENV."""
    return [(name, value) for name, _, value in (each.partition("=") for each in shlex.split(rest))]
