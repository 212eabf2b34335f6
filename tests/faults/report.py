# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was found: kept from run to run, and written down when all of it was done at full length, and passed."""

from __future__ import annotations

import datetime
import hashlib
import inspect
import json
import os
import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any, Final

from documents import fenced, header, joined, table
from simulator.catalogue import FAULTS

from .contests import CONTESTS
from .figures import BUILD
from .test_product import GROUPS, WIRE

KEPT: Final = BUILD / "faults.json"
PLUGINS: Final = BUILD.parent / "plugins"
DOCUMENT: Final = BUILD.parent / "docs/reliability.md"
# What each part is about.
PARTS: Final = {
    "schedules": "Random schedules of tasks and faults",
    "product": "Every combination of what the service may answer",
    "races": "Sixteen jobs at once, on the client",
    "playbooks": "Sixteen `ansible-playbook` processes at once",
    "abuse": "Bad input, other servers, leaks, kills",
    "fuzz": "Fuzzing of what reads foreign data",
    "mutants": "Defects put back on purpose",
}

# What the document says from the day on which the search has more to try, until it was run at full length again.
GROWN: Final = (
    "**The search has grown since.** It also reaches the service over TLS and through a proxy, meets its limits and "
    "its informational answers, names that it changes, reads that lag behind, others who act between two pages, and "
    "interruptions; it tries whole events, whose lists change between runs; and it puts more defects back. "
    "What follows is what the search before that has tried. "
    "`make test-faults` tries all of it and writes this document anew."
)

Found = Mapping[str, Any]


def kept() -> dict[str, Found]:
    """What the last run of each part came to."""
    found: dict[str, Found] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    return found


def keep(part: str, found: Found) -> None:
    """Keep what a part came to."""
    KEPT.write_text(json.dumps({**kept(), part: found}, indent=2) + "\n")


def code() -> str:
    """Which code is searched: a digest of all plugins."""
    digest = hashlib.sha256()
    for path in sorted(PLUGINS.rglob("*.py")):
        digest.update(f"{path.relative_to(PLUGINS)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def document(parts: Mapping[str, Found]) -> str | None:
    """All of it, as Markdown; None when something is missing, was cut short, or failed, or is about other code."""
    if not all(part in parts and parts[part]["passed"] and parts[part]["full"] for part in PARTS):
        return None
    return joined(_all(parts)) if len({found["code"] for found in parts.values()}) == 1 else None


def _number(value: int) -> str:
    return f"{value:,}"


def _end(text: str) -> str:
    """What a message comes to."""
    return text if len(text) <= 120 else f"... {text[-100:]}"


def _sum(found: Found, subject: str) -> int:
    return sum(found["figures"].get(subject, {}).values())


def _about(function: Any) -> str:
    return " ".join((inspect.getdoc(function) or "").split()).replace("|", "\\|")


def _all(parts: Mapping[str, Found]) -> Iterator[str]:
    yield header("make test-faults", "tests/faults/report.py")
    yield "# Reliability"
    yield (
        "An event happens once. This is what holds whatever the network and the service do to a run, and how much was "
        "tried to break it. All of it was tried against [the simulator](../tests/simulator/README.md), which gives "
        "every answer that is plausible where nobody knows, and none of it against Cloudflare: there, what the "
        "simulator does not know of remains."
    )
    yield "## What is promised"
    yield """
- **One livestream per meeting.** However often and from however many jobs at once a meeting is started, at most one
  livestream of it is active.
- **Nothing twice.** No run creates a livestream or a meeting that it, or an earlier run of the same job, has created.
- **A success is true.** What a run reports as done is so in the service at that moment, unless another job undid it.
- **`changed` is true.** A result that says `changed: false` has sent no request that changed anything; check mode sends
  none at all.
- **A failure says why**, with the status or the cause, and the next run that nothing disturbs brings everything to the
  state asked for. The one after it changes nothing.
- **Limits are kept.** When the service refuses requests and says for how long, a job sends nothing until then.
- **It comes to an end.** No task goes on past its deadline, however slowly, endlessly or never a server answers.
- **Nothing leaks**, and nobody sees a traceback.
"""
    yield from _tried(parts)
    yield from _schedules(parts["schedules"])
    yield from _product(parts["product"])
    yield from _races(parts)
    yield from _abuse(parts)
    yield from _mutants(parts["mutants"])
    yield from _limits()
    yield "## Run it again"
    yield fenced(
        "make test-faults                            # all of it; rewrites this document\n"
        'make test-faults ARGS="--only races fuzz"   # some parts; the others stay as they were found\n'
        "make faults SCHEDULES=500                   # the fixed part that make test has",
        "shell",
    )
    yield (
        "A schedule that fails is shrunk to the fewest steps that still fail, and printed with the number of its "
        "batch: `FAULTS_BATCHES=17 python -m pytest tests/faults/test_schedules.py` does that one again."
    )


def _tried(parts: Mapping[str, Found]) -> Iterator[str]:
    yield "## What was tried"
    yield (
        f"On {datetime.datetime.now(datetime.UTC).date()}, with Python {platform.python_version()} and ansible-core "
        f"{version('ansible-core')}, on {os.cpu_count()} cores. Nothing of it broke a promise: there was no livestream "
        "too many and none too few, no leak, no hang and no traceback."
    )
    schedules, product = parts["schedules"], parts["product"]
    figures = schedules["figures"]
    contests = {kind: _sum(parts[kind], f"races of 16 {jobs}") for kind, jobs in _JOBS.items()}
    tried = {
        "schedules": f"{_number(figures['schedules']['tried'])} schedules: {_number(_sum(schedules, 'tasks'))} tasks, "
        f"{_number(figures['requests']['sent'])} requests, of which {_number(_sum(schedules, 'faults'))} went wrong in "
        f"{len(figures['faults'])} ways",
        "product": f"{_number(_sum(product, 'combinations'))} combinations, of "
        f"{_number(_sum(product, 'combinations there are'))} that there are in {len(GROUPS)} groups",
        "races": f"{_number(contests['races'])} races of {len(CONTESTS)} kinds",
        "playbooks": f"{_number(contests['playbooks'])} races of {len(CONTESTS)} kinds: "
        f"{_number(16 * contests['playbooks'])} processes",
        "abuse": f"{_number(_sum(parts['abuse'], 'inputs'))} inputs to options, "
        f"{_number(_sum(parts['abuse'], 'kills'))} kills, {_number(parts['abuse']['tests'])} tests",
        "fuzz": f"{_number(sum(parts['fuzz']['inputs'].values()))} inputs",
        "mutants": f"{len(parts['mutants']['verdicts'])} of {len(parts['mutants']['verdicts'])} found",
    }
    rows = [(about, tried[part], f"{parts[part]['seconds'] / 60:.0f}") for part, about in PARTS.items()]
    yield table(("What", "Tried", "Minutes"), rows)


def _schedules(found: Found) -> Iterator[str]:
    figures = found["figures"]
    outcomes, actors, orders, networks = (figures[name] for name in ("outcomes", "actors", "orders", "networks"))
    yield "## Faults"
    yield (
        "A schedule is a service of a random profile with random livestreams, and then up to four times: one to three "
        "jobs, with tasks of the four modules that change something (one or many, all states, check mode), while up to "
        "six rules say which answers go wrong. Afterwards all promises are checked against the service's own state, "
        "and each task is run twice more with nothing going wrong. The client is the real one, with real sockets; only "
        "its clock is simulated."
    )
    yield (
        f"{_number(networks['http'])} schedules went over plain HTTP, {_number(networks['https'])} over TLS, and "
        f"{_number(networks['proxy'])} over TLS through a proxy, where tunnels fail, too. In one of six cases the "
        "service limits requests as Cloudflare does, and others have used up some of them: "
        f"{_number(figures['requests']['blocked'])} requests met the limit."
    )
    yield (
        f"{_number(actors['1'])} times one job had the service to itself, {_number(actors['2'])} times there were two "
        f"at once and {_number(actors['3'])} times three: {_number(orders['free'])} times as their threads came, "
        f"{_number(orders['drawn'])} times in an order of requests drawn from a seed. Of all tasks, "
        f"{_number(outcomes['changed'])} changed something, {_number(outcomes['unchanged'])} found it as it should be, "
        f"and {_number(outcomes['failed'])} failed with a message that says why."
    )
    yield (
        f"{_number(_sum(found, 'others'))} times, between two requests of a task, somebody else created, renamed or "
        "retired a meeting, created a livestream, or started or ended one."
    )
    runs = _number(sum(figures["event runs"].values()))
    yield (
        f"{_number(figures['events']['tried'])} further schedules are about two events in one app, whose slugs begin "
        "alike. Rooms are added to their lists and taken off them, somebody else renames, retires and livestreams "
        f"meetings, and {runs} times one of them is provisioned, started, stopped or retired: what is reported is so, "
        "nothing of the other event is touched, and nothing of this one is on the air and goes unmentioned."
    )
    yield (
        "How often each fault struck. *Done* means that the service carried the request out all the same, *not done* "
        "that it never saw it; of a proxy, that it had made the tunnel, or not."
    )
    names = [name for name in FAULTS if name in figures["faults"]]
    cells = [(name, _number(figures["faults"][name])) for name in names]
    third = -(-len(cells) // 3)
    columns = [cells[start : start + third] for start in range(0, len(cells), third)]
    rows = [
        [text for column in columns for text in (column[number] if number < len(column) else ("", ""))]
        for number in range(third)
    ]
    yield table(("Fault", "Times") * 3, rows)


def _product(found: Found) -> Iterator[str]:
    figures = found["figures"]
    yield "## Answers nobody knows"
    yield (
        "Where it is not known what the service answers, the simulator has each answer that is plausible. Four groups "
        "of these points are tried in every combination: on each, livestreams are started and stopped, in two of the "
        "groups by two jobs that both read before either writes, created, and looked up, and every task is run again."
    )
    rows = [
        (
            group,
            _number(figures["combinations"][group]),
            ", ".join(f"`{name}` ({len(WIRE[name])})" for name in fields),
        )
        for group, fields in GROUPS.items()
    ]
    yield table(("Group", "Combinations", "Points, and how many answers each has"), rows)
    yield (
        "Why these groups, and what each point means: [tests/faults/test_product.py](../tests/faults/test_product.py) "
        "and [tests/simulator/profile.py](../tests/simulator/profile.py)."
    )


_JOBS: Final = {"races": "jobs", "playbooks": "playbooks"}


def _races(parts: Mapping[str, Found]) -> Iterator[str]:
    yield "## Races"
    yield (
        "Sixteen jobs begin at the same moment; what has to come of it is checked against the service and the journal "
        "of all requests. *Jobs* are tasks on the client, every other round in an order drawn from a seed. *Playbooks* "
        "are `ansible-playbook` processes with one task each, half of them in process and half with the module in a "
        "process of its own; each is forked from a process that has loaded Ansible before."
    )
    rows = [
        (
            name[0].upper() + name[1:],
            _about(contenders),
            _about(verdict),
            *(str(parts[part]["figures"][f"races of 16 {jobs}"][name]) for part, jobs in _JOBS.items()),
        )
        for name, (contenders, verdict) in CONTESTS.items()
    ]
    yield table(("Race", "What the jobs want", "What comes of it", "Rounds of jobs", "Rounds of playbooks"), rows)


def _abuse(parts: Mapping[str, Found]) -> Iterator[str]:
    figures, fuzz = parts["abuse"]["figures"], parts["fuzz"]["inputs"]
    yield "## Bad input and abuse"
    yield (
        "Every option of every module, of the role and of the filters is given wrong types, nothing, too much, control "
        "characters, Jinja, shell and URL syntax, paths and headers: it is refused with a message that names it, or "
        "carried as it is. What the API says is never run as a template."
    )
    yield table(
        ("Inputs to", "Tried"),
        [(f"`{name}`", _number(count)) for name, count in figures["inputs"].items()],
    )
    yield (
        "Killed (SIGKILL, SIGTERM or SIGINT) while a request or a file was being written; the next run converges, and "
        "no file is ever half written:"
    )
    yield table(("Task", "Kills"), [(name, _number(count)) for name, count in figures["kills"].items()])
    yield (
        f"Coverage-guided fuzzing gave {_number(fuzz['wire'])} answers to the client and {_number(fuzz['published'])} "
        "schedules to the reader of schedules; what was found before is tried again by every test run."
    )
    yield """
- **TLS.** A certificate that is expired, self-signed, for another host, or of an unknown authority is refused with a
  message that says which; so are plain `http://`, a redirect to another host, and one from `https://` to `http://`.
  A second server, to which answers, redirects and proxies point, gets no credentials.
- **Secrets** are searched for in output at `-vvvv` (callbacks `default`, `json`, `minimal`, `junit`, `tree`),
  the log file, the fact cache, retry files, module files that are kept, files of runs on a runner, the command lines
  and environments of all processes, and the text of crashes.
- **Files** get their mode before their content, replace the old one at once, and follow no symlink that somebody has
  planted; a full disk leaves the old file.
"""


def _mutants(found: Found) -> Iterator[str]:
    yield "## Would it be noticed?"
    yield (
        "Defects are put back, each into a copy of the collection, and a random search is run on it until it fails. "
        "Those that it takes are the first ones that `make test` tries, too."
    )
    rows = [
        (
            verdict["mutant"][0].upper() + verdict["mutant"][1:],
            verdict["search"],
            f"{_number(verdict['found_after'])} {verdict['unit']}{'s' if verdict['found_after'] > 1 else ''}",
            f"`{_end(verdict['message'].partition(': ')[2]).replace('|', '/').replace('`', '')}`",
        )
        for verdict in found["verdicts"]
    ]
    yield table(("Defect", "Search", "Found after", "Because"), rows)


def _limits() -> Iterator[str]:
    yield "## What is not promised"
    yield """
- **A list that lags by more than three seconds.** After an answer that leaves open whether something was created, the
  client waits that long before it reads back. A service whose list shows it later than that gets a second one by the
  next run; the modules then take the oldest, and say so.
- **Jobs that want different things.** Where one starts and another stops the same meeting, the last accepted request
  decides. A job that is overruled twice fails, and says so.
- **Independent livestreams in a race.** The API has no names that exclude each other: jobs that look at the same moment
  may each create one. All of them, and all later runs, take the oldest.
- **A start while the same meeting's stop has not settled** may be reported as "already started", where the service
  still shows the livestream as active. The next run starts it.
- **A stop that the service refuses twice**, with `wait: false`, succeeds with a warning that the livestream is still
  listed.
- **Lies.** An answer that cannot be told from the truth, such as a 404 that says that nothing is active, is believed.
- **SOCKS proxies.** The size of an answer is limited only after it is unpacked, and its time only between pieces.
- **Known vulnerabilities of dependencies** were not looked up here: `make audit` does that where pip-audit's data can
  be had.
"""
