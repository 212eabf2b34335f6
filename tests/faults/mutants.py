# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Defects put back on purpose: with each of them, a random search has to fail.

A mutant is a change to one place of a copy of the collection, in a directory of its own. To add one, add an entry to
``MUTANTS``; where the random schedules cannot find it, the entry names the search that does.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from .figures import added_up

ROOT: Final = Path(__file__).parents[2]
UTILS: Final = "plugins/module_utils"
PLUGINS: Final = "plugins/plugin_utils"
PART: Final = "mutant"
LONGEST: Final = 900  # real seconds for one mutant


@dataclass(frozen=True)
class Search:
    """A random search: its name, the node of its tests, and what it tries one after the other.

    ``counted`` is the subject of ``figures`` under which it counts what passed. Tests that Hypothesis drives by itself
    count without: None. ``length``: environment variables that make it longer than usual.
    """

    name: str
    node: str
    unit: str
    counted: str | None = None
    length: tuple[tuple[str, str], ...] = ()


SCHEDULES: Final = Search("random schedules", "tests/faults/test_schedules.py", "schedule", "passed")
RACES: Final = Search("races", "tests/faults/test_races.py", "race", "races of 16 jobs")
EVENTS: Final = Search("random events", "tests/faults/test_events.py", "event", "passed")
PLAYS: Final = Search("events by playbooks", "tests/faults/test_plays.py", "event", "passed")
LONG_PLAYS: Final = replace(PLAYS, length=(("FAULTS_PLAYS", "100"),))
PRODUCT: Final = Search("combinations", "tests/faults/test_product.py", "combination", "combinations")
LOCKS: Final = Search("locked folders", "tests/abuse/test_credentials.py::test_locks_that_another_job_holds", "example")

_DOWNLOAD: Final = "tests/unit/plugins/test_download.py"
DOWNLOADS: Final = Search(
    "downloads", f"{_DOWNLOAD}::TestTime::test_whatever_is_sent_in_time_is_read_and_nothing_else", "answer"
)
REDIRECTS: Final = Search(
    "redirects", f"{_DOWNLOAD}::TestRedirects::test_whatever_a_redirect_is_written_like", "redirect"
)
CREDENTIALS: Final = Search("credentials", f"{_DOWNLOAD}::TestCredentials::test_they_never_leave_their_host", "way")
ADDRESSES: Final = Search("addresses", "tests/abuse/test_answers.py::test_any_address", "address")
SHOWN: Final = Search("plans", "tests/abuse/test_answers.py::test_what_is_planned_shows_no_credentials", "plan")
MASKED: Final = Search(
    "masked addresses",
    "tests/unit/plugins/test_addresses.py::test_no_password_is_shown_whatever_is_around_it",
    "address",
)
PAGES: Final = Search(
    "pages", "tests/unit/plugins/test_files_pages.py::test_nothing_is_written_through_what_is_planted_meanwhile", "page"
)
TALKS: Final = Search(
    "talks", "tests/unit/plugins/test_schedule_times.py::test_start_and_duration_make_the_end", "talk"
)
ENDS: Final = Search(
    "published ends",
    "tests/unit/plugins/test_schedule_times.py::test_a_published_end_is_told_by_the_clocks_of_the_zone",
    "talk",
)
GROWTH: Final = Search(
    "growing schedules", "tests/unit/plugins/test_schedule_growth.py::test_so_is_any_of_version_2", "schedule"
)


@dataclass(frozen=True)
class Mutant:
    """A defect: in ``file``, ``good`` becomes ``bad``. ``search`` finds it."""

    name: str
    file: str
    good: str
    bad: str
    search: Search = SCHEDULES


MUTANTS: Final = (
    Mutant(
        "a blind POST retry",
        f"{UTILS}/transport/retry.py",
        'READS = frozenset({"GET"})',
        'READS = frozenset({"GET", "POST"})',
    ),
    Mutant(
        "what a proxy reports counts as never sent",
        f"{UTILS}/transport/connection_errors.py",
        "    reasons = (urllib3_exceptions.NewConnectionError, urllib3_exceptions.ConnectTimeoutError)\n",
        "    if isinstance(error, requests.exceptions.ProxyError):\n        return True\n"
        "    reasons = (urllib3_exceptions.NewConnectionError, urllib3_exceptions.ConnectTimeoutError)\n",
    ),
    Mutant(
        "a request counts as sent only on a connection that was kept",
        f"{UTILS}/transport/bounded.py",
        "            if not self._connecting:\n                on_send(True)\n",
        "",
    ),
    Mutant(
        "an informational answer taken for the answer",
        f"{UTILS}/transport/bounded.py",
        "if status == 101 or status not in range(100, 200):",
        "if status:",
    ),
    Mutant(
        "Retry-After ignored",
        f"{UTILS}/transport/client.py",
        "        delay = None if isinstance(outcome, Exception) else _retry_after(outcome)\n",
        "        delay = None\n",
    ),
    Mutant(
        "a block forgotten",
        f"{UTILS}/transport/client.py",
        "        if status == 429 and retry_after:\n            self.limit.block(retry_after)\n",
        "",
    ),
    Mutant(
        "a block forgotten with the request that met it",
        f"{UTILS}/transport/limits.py",
        "            else:\n                self._paused_until = max(self._paused_until, until)\n",
        "",
    ),
    Mutant(
        "a page lost",
        f"{UTILS}/api/listing.py",
        "        if not keys or self._stuck",
        "        if len(keys) < 100 or self._stuck",
    ),
    Mutant(
        "a stale list trusted",
        f"{UTILS}/reconcile/target.py",
        "                self.context.clock.sleep(SETTLE)\n                found = self._read_back(failure, settled)\n",
        "",
    ),
    Mutant(
        "a key in a diff",
        f"{UTILS}/reconcile/target.py",
        "        after = self.current.public() if",
        "        after = self.public() if",
    ),
    Mutant(
        "a wait without deadline",
        f"{UTILS}/reconcile/batch.py",
        "                if wait.remaining <= 0:\n",
        "                if not wait:\n",
    ),
    Mutant(
        "an error of an earlier start trusted",
        f"{UTILS}/reconcile/watch.py",
        "        if self.current.active or self._is_earlier(newest):\n",
        "        if self.current.status == ERRORED:\n            raise self._failure(newest)\n"
        "        if self.current.active or self._is_earlier(newest):\n",
    ),
    Mutant(
        "the end of an earlier session trusted",
        f"{UTILS}/reconcile/watch.py",
        "        return began < self._started_after - CLOCK_TOLERANCE\n",
        "        return False\n",
    ),
    Mutant(
        "a livestream that reads do not know yet taken for missing",
        f"{UTILS}/reconcile/watch.py",
        "            if error.missing:\n                return None\n            raise\n",
        "            raise\n",
    ),
    Mutant(
        "an interrupted pool that waits for its threads",
        f"{UTILS}/reconcile/pool.py",
        "    except BaseException:\n        stopped.set()\n        raise\n",
        "    except BaseException:\n        stopped.set()\n        for thread in threads:\n            thread.join()\n"
        "        raise\n",
    ),
    Mutant(
        "threads of an interrupted task that go on",
        f"{UTILS}/task.py",
        "            client.abandon()\n",
        "            pass\n",
    ),
    Mutant(
        "a lock waited for without end",
        f"{UTILS}/folders.py",
        "fcntl.LOCK_EX | fcntl.LOCK_NB",
        "fcntl.LOCK_EX",
        LOCKS,
    ),
    Mutant(
        "a list that changed taken for whole",
        f"{UTILS}/api/listing.py",
        "return not self.changed and (not self.listing.counted or self._complete)",
        "return not self.listing.counted or self._complete",
    ),
    Mutant(
        "a name looked for exactly only",
        f"{UTILS}/reconcile/naming.py",
        "        if wanted in self._named:\n            return wanted, self._named[wanted]\n",
        "        return wanted, self._named.get(wanted, [])\n",
    ),
    Mutant(
        "a title sent again in its own form",
        f"{UTILS}/reconcile/meeting_plan.py",
        'not is_spelling(observed.title or "", desired.title)',
        "observed.title != desired.title",
    ),
    Mutant(
        "one meeting given twice",
        f"{UTILS}/reconcile/batch.py",
        "                if other != place:\n",
        "                if other is None:\n",
    ),
    Mutant(
        "one title given to two meetings",
        f"{UTILS}/reconcile/meeting.py",
        "if targets[place].returns and",
        "if False and targets[place].returns and",
    ),
    Mutant(
        "a wish shown as fact",
        f"{UTILS}/reconcile/meeting.py",
        "self.planned = plan_meeting(self.observed, self.desired)\n",
        "self.planned = plan_meeting(self.observed, self.desired)\n"
        "        if self.planned.changed:\n            self.current = self.planned.meeting\n",
    ),
    Mutant(
        "a stop that was refused twice shown as done",
        f"{UTILS}/reconcile/livestream.py",
        "        return self.current\n\n    def agree",
        '        return Livestream(meeting_id=self.meeting_id, status="IDLE")\n\n    def agree',
    ),
    Mutant(
        "a download without deadline",
        f"{PLUGINS}/download.py",
        "        left = self.until - self.now()\n",
        "        left = SECONDS\n",
        DOWNLOADS,
    ),
    Mutant(
        "a redirect to this machine",
        f"{PLUGINS}/download.py",
        "        if any(is_internal(str(address)) and address not in known for address in addresses):\n",
        "        if False:\n",
        REDIRECTS,
    ),
    Mutant(
        "a name is trusted that was looked up before",
        f"{PLUGINS}/download.py",
        '        if refusal is not None:\n            raise NotFollowed(f"redirected: {refusal}", None)\n',
        "",
        REDIRECTS,
    ),
    Mutant(
        "credentials follow a redirect",
        "plugins/module_utils/transport/redirects.py",
        "            auth = None\n        url = target",
        "            pass\n        url = target",
        CREDENTIALS,
    ),
    Mutant(
        "a password in returned options",
        "plugins/action/event_plan.py",
        '                plan["options"]["schedule"] = masked(plan["options"]["schedule"])\n',
        "                pass\n",
        SHOWN,
    ),
    Mutant(
        "a password in a message",
        "plugins/action/event_plan.py",
        '    return f"({masked(str(place))}): {problem}"\n',
        '    return f"({place}): {problem}"\n',
        ADDRESSES,
    ),
    Mutant(
        "a password in a refused answer",
        f"{PLUGINS}/event/answers.py",
        "repr(masked_within(value))",
        "repr(value)",
        ADDRESSES,
    ),
    Mutant(
        "a password before the first slash",
        f"{PLUGINS}/addresses.py",
        '    if not scheme or (at_sign and (parts.netloc.lower() != parts.hostname or ":" in before)):\n',
        "    if not scheme:\n",
        MASKED,
    ),
    Mutant(
        "a page written through a link",
        "plugins/module_utils/folders.py",
        "            os.replace(temporary, name, src_dir_fd=self.known, dst_dir_fd=self.known)\n",
        '            os.replace(temporary, os.path.realpath(f"{self.path}/{name}"), src_dir_fd=self.known)\n',
        PAGES,
    ),
    Mutant(
        "the end of a talk with the offset of its start",
        f"{PLUGINS}/schedule/conference.py",
        "            return self.zone.end(start, start + read_duration(duration))\n",
        "            return start + read_duration(duration)\n",
        TALKS,
    ),
    Mutant(
        "a published end with the offset of the start",
        f"{PLUGINS}/schedule/conference.py",
        "        return self.zone.end(start, end)\n",
        "        return end\n",
        ENDS,
    ),
    Mutant(
        "a look at each room for each talk",
        f"{PLUGINS}/schedule/json_v2.py",
        '        known = self._by_guid.get(guid or "", [])\n',
        "        known = [room for room in self.listed if guid and room.guid == guid]\n",
        GROWTH,
    ),
    Mutant(
        "a look at each name for each talk",
        f"{PLUGINS}/schedule/json_v2.py",
        "            positions = [self._by_name.get(title)]\n",
        "            positions = [next((at for at, room in enumerate(self.listed) if room.title == title), None)]\n",
        GROWTH,
    ),
    Mutant(
        "an event taken for one whose slug begins like its own",
        f"{UTILS}/reconcile/leftovers.py",
        "        if not chosen and slug_of(title, livestream.name, slugs) == lists.slug:\n",
        '        if not chosen and (title or "").startswith(lists.slug or " "):\n',
        EVENTS,
    ),
    Mutant(
        "what is left over on the air not mentioned",
        f"{UTILS}/reconcile/leftovers.py",
        "        chosen = meeting_id in listed or",
        "        chosen = True or",
        EVENTS,
    ),
    Mutant(
        "meetings retired while they are on the air",
        f"{UTILS}/reconcile/event.py",
        "        if active:\n            names",
        "        if False:\n            names",
        EVENTS,
    ),
    Mutant(
        "what a start has made is made again by the task that waits",
        "roles/event_livestream/tasks/main.yml",
        '        earlier: "{{ __event_livestream_applied.streams }}"\n',
        "",
        LONG_PLAYS,
    ),
    Mutant(
        "a file of variables changes what a playbook is for",
        "roles/event_livestream/tasks/plan.yml",
        "__event_livestream_state | default(event_livestream_state, true)",
        "event_livestream_state if event_livestream_state != 'present' else __event_livestream_state | default('')",
        PLAYS,
    ),
    Mutant(
        "a status that is right although a room is missing",
        "roles/event_livestream/tasks/status.yml",
        "      - __event_livestream_wrong | length == 0\n",
        "      - true\n",
        LONG_PLAYS,
    ),
)


@dataclass(frozen=True)
class Verdict:
    """What the search made of a mutant: after how many it was found, None when it was not, and the reason given."""

    mutant: str
    search: str
    unit: str
    found_after: int | None
    message: str


def put_back(mutant: Mutant, place: Path) -> None:
    """A copy of the collection with a defect."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in listed.splitlines():
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place / name)
    collection = place / ".build/ansible_collections/eventops"
    collection.mkdir(parents=True)
    (collection / "cloudflare").symlink_to(place)
    source = (place / mutant.file).read_text()
    assert source.count(mutant.good) == 1, f"{mutant.name}: {mutant.file} has changed"
    (place / mutant.file).write_text(source.replace(mutant.good, mutant.bad))


def search_in(place: Path, search: Search) -> tuple[str, int]:
    """Run a search in a copy until it fails. Returns what pytest printed, and how many passed before."""
    build = str(place / ".build")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FAULTS_")},
        "ANSIBLE_COLLECTIONS_PATH": build,
        "PYTHONPATH": build,
        "FAULTS_SHRINK": "0",
        "FAULTS_PART": PART,
        **dict(search.length),
    }
    options = ("-x", "-q", "-p", "no:cacheprovider", "--hypothesis-show-statistics")
    command = [sys.executable, "-m", "pytest", search.node, *options]
    output = subprocess.run(
        command, cwd=place, env=environment, check=False, capture_output=True, text=True, timeout=LONGEST
    ).stdout
    if search.counted is None:
        return output, sum(map(int, re.findall(r"- (\d+) passing", output)))
    return output, sum(added_up(PART, place / ".build").get(search.counted, {}).values())


def verdict_on(mutant: Mutant, output: str, passed: int) -> Verdict:
    """What a search made of a mutant, from what it printed.

    Only a promise that was broken is a find: any other error may be one of the search itself.
    """
    # pytest leaves out "AssertionError" where the text begins with "assert".
    reasons = re.findall(r"^E +(?:\| )?((?:\w+\.)*(?:AssertionError|Hang)[:(] ?.+|assert .+)", output, re.MULTILINE)
    message = reasons[0] if reasons else output[-300:]
    return Verdict(mutant.name, mutant.search.name, mutant.search.unit, passed + 1 if reasons else None, message)


def judge(mutant: Mutant) -> Verdict:
    """Run the search for a mutant in a copy that has it."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory) / "copy"
        put_back(mutant, place)
        try:
            return verdict_on(mutant, *search_in(place, mutant.search))
        except subprocess.TimeoutExpired:
            return Verdict(mutant.name, mutant.search.name, mutant.search.unit, None, f"not in {LONGEST} s")


def judge_all(workers: int) -> Iterator[Verdict]:
    """All mutants, so many at a time; a line is printed for each."""
    with ThreadPoolExecutor(workers) as pool:
        for verdict in pool.map(judge, MUTANTS):
            after = "NOT FOUND" if verdict.found_after is None else f"found after {verdict.found_after}"
            print(f"{verdict.mutant}: {verdict.search}: {after}: {verdict.message[:200]}", flush=True)
            yield verdict
