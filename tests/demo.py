# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection at work: a conference, from its published schedule to its report, on the simulator.

Needs no account. Exits with 1 when a step did something else than it should.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from simulator.client import Control
from simulator.server import running

ROOT = Path(__file__).parents[1]
SCHEDULE = ROOT / "playbooks/files/schedule_sample.json"
FOLDER = ROOT / ".build/demo"
STEPS = 15  # playbooks


class Demo:
    """Runs playbooks on a simulator, and compares what they changed with what they should."""

    def __init__(self, sim: Control) -> None:
        self.sim = sim
        self.environment = {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build"),
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
            "CLOUDFLARE_ACCOUNT_ID": sim.account_id,
            "CLOUDFLARE_REALTIME_APP_ID": sim.app_id,
            "CLOUDFLARE_API_TOKEN": sim.api_token,
            "CLOUDFLARE_BASE_URL": sim.base_url,
        }
        self.surprises: list[str] = []
        self.steps = 0

    def play(self, title: str, playbook: str, *arguments: str, sent: int, changed: bool) -> None:
        """Run a playbook of the collection, and show what it prints.

        ``sent`` is how many requests it should send that change something, ``changed`` whether it should say so.
        """
        command = ["ansible-playbook", f"eventops.cloudflare.{playbook}", *arguments]
        self.steps += 1
        print(f"\n=== {self.steps} of {STEPS}: {title}\n$ {' '.join(command)}", flush=True)
        before = len(self.sim.journal())
        command[0] = str(Path(sys.executable).with_name("ansible-playbook"))
        ran = subprocess.run(
            command,
            env=self.environment,
            cwd=FOLDER,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        print(ran.stdout.strip())
        asked = self.sim.journal()[before:]
        accepted = [entry for entry in asked if entry.accepted]
        print(f"--- {len(asked)} requests, {len(accepted)} of which changed something")
        found = re.search(r"ok=\d+ +changed=(\d+).* failed=0", ran.stdout)
        if ran.returncode or not found or (int(found[1]) > 0) != changed:
            self.surprises.append(f"{title}: expected {'a' if changed else 'no'} changed task")
        if len(accepted) != sent:
            self.surprises.append(f"{title}: {len(accepted)} requests changed something")

    def night(self) -> None:
        """From the schedule to the report, everything twice, with a room that is renamed on the air."""
        event = ("-e", f"event_livestream_schedule={SCHEDULE.name}", "-e", "event_livestream_run_sheet=run-sheet.html")
        keys = (*event, "-e", "event_livestream_credentials=encoders")
        only_keys = (*event[:2], *keys[4:])
        files = ("-e", "event_livestream_report=report.html", "-e", "event_livestream_report_data=report.json")
        report = ("-e", "event_livestream_event=mast2027", *files)
        self.play("Provision: each room gets a meeting", "event_provision", *event, sent=4, changed=True)
        self.play("Provision again: all is as it should be", "event_provision", *event, sent=0, changed=False)
        self.play("What would starting do?", "event_start", "--check", *keys, sent=0, changed=True)
        self.play("Start, and see whether it plays", "event_start", *keys, sent=4, changed=True)
        self.play("Start again: all is as it should be", "event_start", *keys, sent=0, changed=False)
        schedule = FOLDER / SCHEDULE.name
        schedule.write_text(schedule.read_text().replace('"Curie"', '"Marie Curie"'))
        print("\n=== The schedule calls the room Curie Marie Curie from now on")
        self.play("Start: the livestream of Curie is left over", "event_start", *keys, sent=2, changed=True)
        exclusive = (*keys, "-e", "event_livestream_exclusive=event")
        self.play("Start, and stop what is left over", "event_start", *exclusive, sent=1, changed=True)
        self.play(
            "How does it stand?", "event_status", *event, "-e", "event_livestream_state=started", sent=0, changed=False
        )
        for livestream in self.sim.livestreams():
            self.sim.viewers(livestream["id"], 25)
        print("\n=== An hour passes, and people watch")
        self.sim.advance(3600)
        self.play(
            "Stop all of it, by its name", "event_stop", "-e", "event_livestream_event=mast2027", sent=4, changed=True
        )
        self.play("Stop again, with a run sheet: it is written anew", "event_stop", *event, sent=0, changed=True)
        self.play("Stop once more: the run sheet is right", "event_stop", *event, sent=0, changed=False)
        self.play("Report", "event_report", *report, sent=0, changed=True)
        self.play("Report again: nothing new", "event_report", *report, sent=0, changed=False)
        self.play("Retire the meetings, remove the keys", "event_cleanup", *only_keys, sent=5, changed=True)
        self.play("Again: nothing is left", "event_cleanup", *only_keys, sent=0, changed=False)


def main() -> int:
    """Provision, start, verify, stop and report."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    shutil.copy(SCHEDULE, FOLDER)
    with running(live_delay=2, playback_delay=3, stop_delay=1) as sim:
        print(f"RealtimeKit simulator: {sim.base_url}")
        print("A conference of four rooms, by playbooks: one to two minutes. The output of each comes at its end.")
        demo = Demo(sim)
        demo.night()
    if demo.steps != STEPS:
        demo.surprises.append(f"{demo.steps} playbooks ran, not {STEPS}")
    print()
    for surprise in demo.surprises:
        print(f"UNEXPECTED: {surprise}")
    if not demo.surprises:
        print("Done: provisioned, started, verified, stopped, reported, retired, and nothing was done twice.")
        for what, name in (("run sheet", "run-sheet.html"), ("report", "report.html")):
            print(f"The {what}: {FOLDER.relative_to(ROOT) / name}")
    return 1 if demo.surprises else 0


if __name__ == "__main__":
    sys.exit(main())
