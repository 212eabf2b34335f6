# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs one task in a process of its own, to be killed: as its module does, without the rest of Ansible.

The argument is a JSON object with the name of the module and its options.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.task import Reconcile, perform

if __name__ == "__main__":
    wanted = json.loads(sys.argv[1])
    module = importlib.import_module(f"ansible_collections.eventops.cloudflare.plugins.modules.{wanted['module']}")

    def run(spec: dict[str, Any], reconcile: Reconcile) -> None:
        """In place of the module's way to Ansible."""
        validated = ArgumentSpecValidator(spec).validate(wanted["options"])
        assert not validated.error_messages, validated.error_messages
        print(perform(reconcile, validated.validated_parameters, Context()).values)

    module.run = run
    module.main()
