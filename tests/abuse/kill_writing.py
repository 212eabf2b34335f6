# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs realtime_credentials again and again, each time in a process that dies at one of its steps.

The argument is a JSON object with the options of the module. Each line of the input is a step and a signal; step -1
is none. Each line of the output says how many steps there were (the process ended) or -1 (it was killed).
"""

from __future__ import annotations

import builtins
import json
import os
import sys
from io import FileIO
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.eventops.cloudflare.plugins.module_utils import arguments, files
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile import credentials
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context, Outcome
from ansible_collections.eventops.cloudflare.plugins.module_utils.task import perform

CALLS = ("mkdir", "open", "fchmod", "fsync", "replace", "unlink")


class Steps:
    """Counts what changes the file system, and dies before one of them; of a write, after half of it."""

    def __init__(self, last: int, number: int) -> None:
        self.last = last
        self.number = number
        self.count = 0

    def __call__(self) -> bool:
        """One more; true when it is the last."""
        self.count += 1
        return self.count - 1 == self.last

    def die(self) -> None:
        """As by somebody else's hand."""
        os.kill(os.getpid(), self.number)

    def arm(self) -> None:
        """From now on."""
        for name in CALLS:
            self._wrap(name)
        steps = self

        class Writing(FileIO):
            def write(self, data: Any) -> int:
                if steps():
                    super().write(bytes(data)[: len(data) // 2])
                    steps.die()
                return super().write(data)

        def opened(file: Any, mode: str, **options: Any) -> Any:
            return Writing(file, mode) if mode == "wb" else builtins.open(file, mode, **options)

        files.open = opened  # type: ignore[attr-defined]

    def _wrap(self, name: str) -> None:
        call = getattr(os, name)

        def step(*args: Any, **options: Any) -> Any:
            if self():
                self.die()
            return call(*args, **options)

        setattr(os, name, step)


def run(options: dict[str, Any], steps: Steps) -> int:
    """Once; the number of steps."""

    def write(api: RealtimeApi, params: Any, context: Context) -> Outcome:
        place = credentials.placing(params)

        def armed(folders: credentials.Folders, context: Context) -> files.Placed:
            steps.arm()
            return place(folders, context)

        return credentials.write_credentials(api, params, context, armed)

    validated = ArgumentSpecValidator(arguments.CREDENTIALS).validate(options)
    result = perform(write, validated.validated_parameters, Context())
    assert not result.values.get("failed"), result.values
    return steps.count


def main() -> None:
    """Fork for each line."""
    options = json.loads(sys.argv[1])
    for line in sys.stdin:
        last, number = map(int, line.split())
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            count = run(options, Steps(last, number))
            os.write(writing, b"%d" % count)
            os._exit(0)
        os.close(writing)
        told = os.read(reading, 20)
        os.close(reading)
        os.waitpid(child, 0)
        print(int(told) if told else -1, flush=True)


if __name__ == "__main__":
    main()
