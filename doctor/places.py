"""Which workers there are: supervisor's own file says it, or the environment is that of a single one."""

import configparser
import re
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

from doctor.findings import Findings, fail, ok, warn
from doctor.visitor import Visitor
from settings import Settings

PAIR = re.compile(r"""(\w+)\s*=\s*("[^"]*"|'[^']*'|[^,]*)""")
EXPRESSION = re.compile(r"%\((\w+)\)([sd])")
NEEDED_SECONDS = 3.0


class PlacesError(Exception):
    """The file does not say where the workers are; the text is for whoever named it."""


def read(environ: Mapping[str, str], path: Path) -> dict[str, list[dict[str, str]]]:
    """The environment of every worker, by its group.

    One that names a ``PROSA_PORT`` is that of the only worker; otherwise the programs of supervisor's
    file that give one are the workers. Raises ``PlacesError``.
    """
    if "PROSA_PORT" in environ:
        return {"this environment": [dict(environ)]}
    file = configparser.RawConfigParser(inline_comment_prefixes=(" ;",), strict=False)
    try:
        file.read_string(path.read_text(), str(path))
        groups = {
            section.removeprefix("program:"): [
                {**environ, **own} for own in _environments(file[section], environ, path)
            ]
            for section in file.sections()
            if section.startswith("program:") and "PROSA_PORT" in file[section].get("environment", "")
        }
    except (OSError, ValueError, KeyError, configparser.Error) as error:
        raise PlacesError(f"{path} cannot be read as supervisor's file: {type(error).__name__}") from None
    if not groups:
        raise PlacesError(f"{path} has no program with a PROSA_PORT in its environment")
    return groups


def _environments(
    program: configparser.SectionProxy, environ: Mapping[str, str], path: Path
) -> list[dict[str, str]]:
    """What supervisor gives each process of one program."""
    first, count = int(program.get("numprocs_start", "0")), int(program.get("numprocs", "1"))
    known = {"here": str(path.resolve().parent), **{f"ENV_{name}": text for name, text in environ.items()}}
    found = []
    for number in range(first, first + count):
        text = _filled(program["environment"], {**known, "process_num": str(number)})
        found.append({name: value.strip().strip("\"'") for name, value in PAIR.findall(text)})
    return found


def _filled(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its ``%(name)s`` written out. Raises ``KeyError``."""
    return EXPRESSION.sub(lambda one: values[one[1]], text)


def check(groups: Mapping[str, list[Settings]]) -> Findings:
    """The workers answer on this machine, and say that they can serve."""
    ready, closed = [], []
    for group, workers in groups.items():
        answers = {worker.port: _readyz(worker) for worker in workers}
        ready += [port for port, answer in answers.items() if answer is not None]
        down = [port for port, answer in answers.items() if answer is None]
        closed += down
        if down and len(down) < len(workers):
            yield warn(
                "workers",
                f"{_list(down)} of {group} {'is' if len(down) == 1 else 'are'} closed while others of it run",
                "look at `supervisorctl status` and at that worker's log.",
            )
        for port, answer in answers.items():
            if answer:
                yield fail("workers", f"the one on port {port} {answer}", "look at that worker's log.")
    if ready:
        besides = f"; closed: {_list(closed)}" if closed else ""
        yield ok("workers", f"{_list(ready)} of this machine answer /readyz{besides}")
    else:
        yield fail(
            "workers",
            f"nobody listens on {_list(closed)}",
            "start them (supervisord -c supervisor.conf), or name the right file with SUPERVISOR.",
        )


def _readyz(worker: Settings) -> str | None:
    """What is wrong with it; empty where nothing is, ``None`` where nobody listens."""
    host = worker.address if worker.address not in ("", "0.0.0.0", "::") else "localhost"  # noqa: S104
    host = f"[{host}]" if ":" in host else host
    try:
        reply = Visitor(f"http://{host}:{worker.port}", NEEDED_SECONDS).ask("/readyz")
    except ConnectionRefusedError:
        return None
    except OSError as error:
        return f"does not answer ({type(error).__name__})"
    said = reply.json()
    if "status" not in said:
        return "is not Prosa: it answers /readyz in another way"
    if reply.status != HTTPStatus.OK:
        return f"answers {reply.status}: {said['status']}"
    return "has lost Redis" if said.get("redis") == "down" else ""


def _list(ports: list[int]) -> str:
    return ", ".join(map(str, ports))
