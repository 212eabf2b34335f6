# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection at work: the rooms of a real event, livestreamed on the simulator with the collection's own playbooks.

Needs no account. Exits with 1 when a step did something else than it should.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from simulator.client import Control
from simulator.server import running

ROOT = Path(__file__).parents[1]
STREAMS = ROOT / "playbooks/vars/camp2019.yml"


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

    def play(self, title: str, playbook: str, *arguments: str, changed: int) -> None:
        """Run a playbook of the collection, and show what it prints."""
        command = [
            "ansible-playbook",
            f"eventops.cloudflare.{playbook}",
            "-e",
            f"@{STREAMS.relative_to(ROOT)}",
            *arguments,
        ]
        print(f"\n=== {title}\n$ {' '.join(command)}", flush=True)
        before = len(self.sim.journal())
        command[0] = str(Path(sys.executable).with_name("ansible-playbook"))
        ran = subprocess.run(
            command,
            env=self.environment,
            cwd=ROOT,
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
        if ran.returncode or not found or (int(found[1]) > 0) != (changed > 0):
            self.surprises.append(f"{title}: expected {'a' if changed else 'no'} changed task")
        if len(accepted) != (0 if "--check" in arguments else changed):
            self.surprises.append(f"{title}: {len(accepted)} requests changed something")


def main() -> int:
    """Provision, start, rerun, check, stop, rerun."""
    with running(live_delay=2, playback_delay=3, stop_delay=1) as sim:
        print(f"RealtimeKit simulator: {sim.base_url}")
        demo = Demo(sim)
        demo.play("Provision: two meetings and the feed of the mast are created", "event_provision", changed=3)
        demo.play("Provision again: everything is as it should be", "event_provision", changed=0)
        (mast,) = [item["id"] for item in sim.livestreams() if item["name"] == "camp2019-mast"]
        print("\n=== The encoder on the mast begins to push")
        sim.push(mast)
        demo.play("Start: both stages are started, and the mast is live", "event_start", changed=2)
        demo.play("Start again: everything is as it should be", "event_start", changed=0)
        demo.play("What would stopping do?", "event_stop", "--check", changed=2)
        print("\n=== The encoder on the mast ends")
        sim.unpush(mast)
        demo.play("Stop", "event_stop", changed=2)
        demo.play("Stop again: everything is as it should be", "event_stop", changed=0)
    print()
    for surprise in demo.surprises:
        print(f"UNEXPECTED: {surprise}")
    if not demo.surprises:
        print("Done: provisioned, started and stopped, and every rerun changed nothing.")
    return 1 if demo.surprises else 0


if __name__ == "__main__":
    sys.exit(main())
