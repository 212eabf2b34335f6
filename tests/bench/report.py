# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The document: a summary, tables, what was run, how to run it again, and what is not measured."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bench.cases import Case, Contender, Group
from bench.claims import claims
from bench.contenders import SDK_VERSION, extra_variables
from bench.measure import Results
from bench.plays import COLLECTION, PLAYBOOK, Api, Entry, playbook
from bench.process import INTERVAL, THOROUGH, Memory
from bench.service import COMMAND
from documents import fenced, header, joined, table

QUICK: Final = "This was one short round: its counts are right, its times say little."


@dataclass(frozen=True)
class Setting:
    """Under which circumstances it was measured."""

    machine: list[tuple[str, str]]
    load: str
    minutes: float
    command: str
    quick: bool = False


def summary(results: Results) -> str:
    """The table of statements."""
    marks = {True: "yes", False: "**no**", None: "-"}
    rows = [(claim.about, claim.measured, claim.target, marks[claim.met]) for claim in claims(results)]
    return table(("What", "Measured", "Target", "Met"), rows)


def verdict(results: Results) -> str:
    """Which targets were met, and which were not, in words."""
    targets = [claim for claim in claims(results) if claim.judged]
    missed = [claim for claim in targets if claim.met is False]
    unknown = [claim for claim in targets if claim.met is None]
    met = len(targets) - len(missed) - len(unknown)
    sentences = [f"{met} of {len(targets)} targets are met."]
    sentences += [f"Missed: {claim.about}: {claim.measured}, the target is {claim.target}." for claim in missed]
    sentences += [f"Not measured: {claim.about}." for claim in unknown]
    return " ".join(sentences)


def document(results: Results, setting: Setting) -> str:
    """All of it, as Markdown."""
    return joined(_parts(results, setting))


def _parts(results: Results, setting: Setting) -> Iterator[str]:
    yield header("make bench", "tests/bench")
    yield "# Performance"
    yield (
        "What the modules cost in time, requests and memory, and what the same work costs by other means. Everything "
        "was measured in one run, side by side, against [the simulator](../tests/simulator/README.md) on the same "
        f"machine, on {datetime.datetime.now(datetime.UTC).date()}. The numbers compare ways to do something; they say "
        "nothing about Cloudflare."
    )
    if setting.quick:
        yield f"**{QUICK}**"
    yield from _problems(results)
    yield "## In short"
    yield verdict(results)
    yield summary(results)
    yield (
        "Times are medians. What an item costs is the whole run less an empty one, divided by the items: a playbook "
        "less an empty play, a script less a script that does nothing. So a share of what is paid once is in it: "
        "imports, a process for the task. What a *further item* costs leaves that out: it is the run less a loop over "
        "nothing, and of a script its loop alone, which begins when all is imported."
    )
    yield (
        "Targets are about the former. One of them compares an item with a request of a `requests` Session; a request "
        "is a further item of the script there, so that imports count on our side only. That is the stricter of two "
        "ways to read it; the other one, whole runs on both sides, is in the line below it. Lines that begin with a "
        "dash have no target. A time that misses its target fails nothing; a number of requests fails the benchmark."
    )
    yield from _loop_parts(results)
    yield from _programme_parts(results)
    yield from _event_parts(results)
    yield from _method(results, setting)
    yield from _not_measured()


def _problems(results: Results) -> Iterator[str]:
    for contender, reason in results.skipped.items():
        yield f"**Not measured: {contender.value}: {reason}.**"
    for text in (*results.failures, *results.excesses):
        yield f"**Failed: {text.splitlines()[0]}**"


def _loop_parts(results: Results) -> Iterator[str]:
    yield "## A loop of reads"
    yield "One task with `loop`; each item reads the active livestream of one meeting, which is one request."
    yield _loop_table(results, Group.READS)
    yield "## Separate tasks"
    yield "The same reads, one task for each."
    yield _loop_table(results, Group.TASKS)
    yield "## A loop of starts"
    yield (
        "One task with `loop`; each item starts the livestream of a meeting that has none, without waiting. All "
        "contenders read before they start, so that running again changes nothing: two requests each. With `uri` that "
        "takes two tasks."
    )
    yield _loop_table(results, Group.STARTS)


def _loop_table(results: Results, group: Group) -> str:
    floor = results.find(Group.READS if group is Group.TASKS else group, Contender.SESSION)
    whole_floor, further_floor = (results.per_item(floor), results.further_item(floor)) if floor else (None, None)
    rows = []
    for case in results.samples:
        if case.group is not group:
            continue
        empty = not case.items
        per_item = None if empty else results.per_item(case)
        further = None if empty else results.further_item(case)
        rows.append(
            (
                case.contender.value,
                "" if case.contender.empty else f"{case.items:,}",
                *_beside_floor(per_item, whole_floor),
                *(() if group is Group.TASKS else _beside_floor(further, further_floor)),
                _whole(results, case),
                "" if empty else f"{results.requests(case) / case.items:g}",
                _megabytes(results.memory(case)),
            )
        )
    titles = ["With", "Items", "Per item", "Session = 1"]
    if group is not Group.TASKS:
        titles += ["Further item", "Session = 1"]
    return table((*titles, "Whole process", "Requests per item", "Memory"), rows)


def _beside_floor(seconds: float | None, floor: float | None) -> tuple[str, str]:
    if seconds is None:
        return "", ""
    # Below zero: the machine was busier while it did nothing.
    return _milliseconds(seconds), f"{seconds / floor:.1f}" if floor and floor > 0 else ""


def _programme_parts(results: Results) -> Iterator[str]:
    members = [case for case in results.samples if case.group is Group.PROGRAMME]
    bulk = [case for case in members if case.contender is Contender.BULK]
    yield "## A programme, all at once"
    yield (
        "One task with `realtime_livestreams`; the programme is a YAML file with a name and a meeting for each "
        "livestream. *Per entry* includes reading that file. *Right* are livestreams that are active already; *to "
        "start* are those of meetings without one. Nothing is waited for. Concurrency has nothing to do where all is "
        "right, because a few pages of the list show all of them. What takes minutes ran only once: one after "
        "the other, 2,000 requests of 50 ms take 100 s whatever the machine does."
    )
    yield _bulk_table(results, sorted(bulk, key=lambda case: (not case.active, case.latency, case.items)))
    growth = _growth(results, bulk)
    if growth:
        yield "### From 10 to 5,000"
        yield "Per entry, with what one task costs at all spread over more and more of them."
        yield growth
    yield "### Compared"
    yield (
        "The same programmes in a loop (of `realtime_livestream`, or two of `uri`), and with scripts that do one after "
        "the other. The answers have no latency: with 50 ms, whoever does one after the other needs 50 ms more for "
        "each request. Per entry is the whole run less an empty play, or less an empty script."
    )
    compared = [
        case
        for case in members
        if not case.contender.empty
        and (
            case.contender is not Contender.BULK
            or (case.latency == 0 and case.concurrency == 4 and case.items <= 1_000)
        )
    ]
    yield _compared_table(results, sorted(compared, key=lambda case: (not case.active, case.items)))


def _event_parts(results: Results) -> Iterator[str]:
    yield "## An event, with the role"
    yield (
        "The playbooks of the role `event_livestream`, one after the other. Three of five streams are meetings, named "
        "by their titles; the others are independent livestreams, which an encoder starts. Nothing is waited for, and "
        "no playback URL is asked for its manifest."
    )
    rows = [
        (
            f"`{COLLECTION}.{case.playbook}`",
            f"{case.items:,}",
            f"{case.changes:,}",
            f"{results.requests(case):,}",
            _milliseconds(results.per_item(case)),
            _whole(results, case),
            _megabytes(results.memory(case)),
        )
        for case in results.samples
        if case.playbook
    ]
    yield table(("Playbook", "Streams", "Changes", "Requests", "Per stream", "Whole process", "Memory"), rows)


def _bulk_table(results: Results, cases: Iterable[Case]) -> str:
    rows = [
        (
            "right" if case.active else "to start",
            f"{case.items:,}",
            f"{case.latency} ms",
            "any" if case.active else str(case.concurrency),
            f"{results.requests(case):,}",
            _milliseconds(results.per_item(case)),
            _whole(results, case),
            _megabytes(results.memory(case)),
            str(len(results.samples[case])),
        )
        for case in cases
    ]
    titles = ("All", "Entries", "Latency", "Concurrency", "Requests", "Per entry", "Whole process", "Memory", "Rounds")
    return table(titles, rows)


def _growth(results: Results, bulk: Sequence[Case]) -> str | None:
    lines = [
        ("right, 0 ms", {"active": True, "latency": 0}),
        ("right, 50 ms", {"active": True, "latency": 50}),
        ("to start, 0 ms, concurrency 4", {"active": False, "latency": 0, "concurrency": 4}),
        ("to start, 0 ms, concurrency 16", {"active": False, "latency": 0, "concurrency": 16}),
        ("to start, 50 ms, concurrency 16", {"active": False, "latency": 50, "concurrency": 16}),
    ]
    sizes = sorted({case.items for case in bulk})
    rows = []
    for title, fields in lines:
        found = [results.find(Group.PROGRAMME, Contender.BULK, items=size, **fields) for size in sizes]
        if sum(case is not None for case in found) > 1:
            rows.append((title, *(_milliseconds(results.per_item(case)) if case else "" for case in found)))
    return table(("Per entry", *(f"{size:,}" for size in sizes)), rows) if rows else None


def _compared_table(results: Results, cases: Iterable[Case]) -> str:
    rows = [
        (
            "right" if case.active else "to start",
            f"{case.items:,}",
            case.contender.value,
            f"{results.requests(case):,}",
            _milliseconds(results.per_item(case)),
            _whole(results, case),
            _megabytes(results.memory(case)),
            str(len(results.samples[case])),
        )
        for case in cases
    ]
    return table(("All", "Entries", "With", "Requests", "Per entry", "Whole process", "Memory", "Rounds"), rows)


def _method(results: Results, setting: Setting) -> Iterator[str]:
    yield "## What was run"
    facts = [*setting.machine, ("cloudflare (SDK)", SDK_VERSION), ("Load average before", setting.load)]
    yield table(("", ""), facts)
    contenders = {case.contender for case in results.samples}
    rounds = max((len(samples) for samples in results.samples.values()), default=0)
    yield (
        f"`{setting.command}` took {setting.minutes:.1f} minutes. It runs each row in turn, then each again, until all "
        f"rounds are done: {rounds}, or as many as a table says. Before every run the simulator is reset and gets new "
        "meetings. After every run its journal is counted, and compared with what the run should have changed. A whole "
        "process lasts from its start to its end, with its output going to a pipe; in brackets are its shortest and "
        "its longest run. Each contender runs once untimed before that."
    )
    yield (
        "Memory is the largest sum, in any run, of the peaks of resident memory (`VmHWM` in `/proc`) of the process "
        f"and all its descendants, looked at every {INTERVAL * 1000:.0f} ms; the target is about that sum. Pages that "
        "a process shares with its parent count for both, so that it is more than what is really occupied. In brackets "
        f"is the largest sum in which they count once (`Pss`), looked at every {INTERVAL * THOROUGH * 1000:.0f} ms, "
        "and left out where a run was too short for that."
    )
    yield "The simulator, in a process of its own:"
    yield fenced(f"python {' '.join(COMMAND)}", "shell")
    yield (
        "Playbooks, with a home directory and a configuration file that are empty, and the credentials in the "
        "environment; `programme.yml` is a list of names and meetings, and `python` the interpreter above:"
    )
    yield fenced(
        "\n".join(
            " ".join(["ansible-playbook", PLAYBOOK, *extra_variables(case, "python")])
            for case in (Case(Group.READS, Contender.IN_PROCESS, 1), Case(Group.READS, Contender.MODULE, 1))
        ),
        "shell",
    )
    for title, case in (
        ("The loop of reads:", Case(Group.READS, Contender.IN_PROCESS, 1)),
        ("The same with `uri`:", Case(Group.READS, Contender.URI, 1)),
        ("The loop of starts:", Case(Group.STARTS, Contender.IN_PROCESS, 1, start=True)),
        ("The same with `uri`:", Case(Group.STARTS, Contender.URI, 1, start=True)),
        ("A programme, all at once:", Case(Group.PROGRAMME, Contender.BULK, 1, start=True, concurrency=4)),
    ):
        if case.contender in contenders:
            yield title
            example = playbook(case, [Entry("room-0001", "MEETING_ID")], Api("APP_URL", "TOKEN"))
            yield fenced(example.strip(), "yaml")
    yield (
        "Scripts: [with_requests.py](../tests/bench/scripts/with_requests.py), "
        "[with_sdk.py](../tests/bench/scripts/with_sdk.py)."
    )


def _not_measured() -> Iterator[str]:
    yield "## Run it again"
    yield fenced(
        "make bench               # 10 to 20 minutes; rewrites this document\n"
        "make bench ARGS=--quick  # one round of less, in less than two minutes; prints, and writes nothing",
        "shell",
    )
    yield "Only numbers from the same run can be compared, and only when the machine does nothing else meanwhile."
    yield "## What is not measured"
    yield """
- Cloudflare: how long the service takes to answer, and how it behaves with many requests at once. The 50 ms are a
  guess at a distance. Cloudflare allows 1,200 requests per five minutes and user, which no concurrency changes:
  starting more than about 590 livestreams takes longer for that reason alone. The simulator's limit is off here.
- TLS: the simulator speaks plain HTTP. A new connection costs more with TLS, which is to the disadvantage of whoever
  opens one for every item; those are `uri` and the modules without the action plugins.
- The simulator's own part: it runs on the same machine, and needs about a millisecond for each request.
- Waiting for livestreams to become `LIVE`: all runs have `wait: false`.
- Hosts other than localhost: a task runs in process only where the connection is local.
- The modules for meetings and analytics by themselves, `exclusive`, waiting for an encoder, check mode, diff mode.
- Other versions of Python and ansible-core than those above.
"""


def _milliseconds(seconds: float) -> str:
    value = seconds * 1000
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms" if value >= 10 else f"{value:.2f} ms"


def _megabytes(memory: Memory) -> str:
    if memory.resident is None:
        return ""
    once = "" if memory.proportional is None else f" ({memory.proportional / 1e6:.0f})"
    return f"{memory.resident / 1e6:.0f}{once} MB"


def _whole(results: Results, case: Case) -> str:
    low, high = results.spread(case)
    digits = 1 if high >= 10 else 2
    text = f"{results.seconds(case):.{digits}f} s"
    return text if len(results.samples[case]) == 1 else f"{text} ({low:.{digits}f}-{high:.{digits}f})"
