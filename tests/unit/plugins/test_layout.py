# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection keeps its own rules: layers, sizes, names, versions."""

from __future__ import annotations

import ast
import graphlib
import io
import sys
import tokenize
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.eventops.cloudflare.plugins.module_utils import arguments
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.client import DEFAULT_BASE_URL
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.session import VERSION

ROOT = Path(__file__).parents[3]
UTILS = ROOT / "plugins/module_utils"
SCHEDULE = ROOT / "plugins/plugin_utils/schedule"
MODULES = sorted((ROOT / "plugins/modules").glob("*.py"))
SPECS = [
    arguments.LIVESTREAM,
    arguments.LIVESTREAMS,
    arguments.LIVESTREAM_INFO,
    arguments.ANALYTICS_INFO,
    arguments.MEETING,
    arguments.MEETINGS,
    arguments.MEETING_INFO,
    arguments.CREDENTIALS,
    arguments.EVENT,
    arguments.EVENT_INFO,
]
# Modules that take no client options, since they do not talk to the API.
ALONE = {"event_page", "event_plan", "event_result", "realtime_playback_info"}
PACKAGES = ("transport", "api", "reconcile")
LIBRARIES = ("requests", "urllib3", ".transport._requests")
# What the files of each layer must not import; the longest prefix of a file's path says which layer it is of.
FORBIDDEN: dict[str, tuple[str, ...]] = {
    "": ("ansible", *LIBRARIES, ".transport", ".api", ".reconcile", ".task", ".module", ".arguments"),
    "transport/": ("ansible", "requests", "urllib3", ".api", ".reconcile", ".task", ".module", ".arguments"),
    "transport/retry.py": ("ansible", *LIBRARIES, ".transport", ".api", ".reconcile"),
    "transport/limits.py": ("ansible", *LIBRARIES, ".transport.client", ".api", ".reconcile"),
    "transport/_requests.py": ("ansible", ".errors", ".transport", ".api", ".reconcile"),
    "transport/bounded.py": ("ansible", ".errors", ".transport.client", ".api", ".reconcile"),
    "api/": ("ansible", *LIBRARIES, ".reconcile", ".task", ".module", ".arguments"),
    "api/models.py": ("ansible", *LIBRARIES, ".transport", ".reconcile"),
    "api/listing.py": ("ansible", *LIBRARIES, ".transport", ".reconcile"),
    "reconcile/": ("ansible", *LIBRARIES, ".transport.client", ".task", ".module", ".arguments"),
    "reconcile/naming.py": ("ansible", *LIBRARIES, ".transport", ".api"),
    "reconcile/slugs.py": ("ansible", *LIBRARIES, ".transport", ".api"),
    "task.py": ("ansible", "requests", "urllib3"),
    "arguments.py": (*LIBRARIES, ".transport", ".api", ".reconcile"),
    "module.py": ("requests", "urllib3", ".transport.client", ".api"),
}
FILES = sorted(str(path.relative_to(UTILS)) for path in UTILS.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The modules that a file imports; those of the collection with a dot instead of their package."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            own = node.module.partition("module_utils")[2].lstrip(".") if "eventops" in node.module else None
            names = {alias.name for alias in node.names}
            if own is None:
                found.add(node.module)
            elif own in ("", *PACKAGES):
                found |= {f".{own}.{name}" if own else f".{name}" for name in names}
            else:
                found.add(f".{own}")
    return found


def code_lines(path: Path) -> int:
    """Lines that hold code: neither blank, nor comment, nor documentation."""
    tree = ast.parse(path.read_text())
    documentation: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in (
            "DOCUMENTATION",
            "EXAMPLES",
            "RETURN",
        ):
            documentation |= set(range(node.lineno, (node.end_lineno or 0) + 1))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            documentation |= set(range(node.lineno, (node.end_lineno or 0) + 1))
    ignored = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
    return len({token.start[0] for token in tokens if token.type not in ignored} - documentation)


@pytest.mark.parametrize("name", FILES)
def test_layers_import_downwards_only(name: str) -> None:
    layer = max((prefix for prefix in FORBIDDEN if name.startswith(prefix)), key=len)
    for module in imported(UTILS / name):
        for other in FORBIDDEN[layer]:
            assert not f"{module}.".startswith(f"{other}."), f"{name} imports {module}"


def test_no_two_files_import_each_other() -> None:
    """Nor in a longer circle."""
    modules = {"." + name[:-3].replace("/", "."): imported(UTILS / name) for name in FILES}
    order = graphlib.TopologicalSorter({name: found & modules.keys() for name, found in modules.items()})
    assert len(list(order.static_order())) == len(FILES)


def test_no_file_is_long() -> None:
    long = {str(path): code_lines(path) for path in (ROOT / "plugins").rglob("*.py") if code_lines(path) > 350}
    assert not long


def test_schedules_are_read_with_the_standard_library_alone() -> None:
    """The controller has nothing else for certain, and nothing of it is about Ansible."""
    for path in SCHEDULE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names or ".plugin_utils.schedule" in name, path.name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_modules_are_thin(path: Path) -> None:
    assert 0 < code_lines(path) <= 40


def test_every_module_with_client_options_is_in_the_action_group_and_all_have_an_action() -> None:
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())
    names = [path.stem for path in MODULES]
    assert {*runtime["action_groups"]["realtime"]} | ALONE == set(names)
    assert not ALONE & {*runtime["action_groups"]["realtime"]}
    assert sorted(path.stem for path in (ROOT / "plugins/action").glob("*.py")) == names
    assert runtime["requires_ansible"] == ">=2.18.0"


def test_versions_and_addresses_agree() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text())
    assert galaxy["version"] == VERSION
    assert arguments.CLIENT["base_url"]["default"] == DEFAULT_BASE_URL


@pytest.mark.parametrize("spec", SPECS)
def test_secrets_are_hidden_options_and_the_client_is_everywhere(spec: dict[str, Any]) -> None:
    assert {name for name, option in spec.items() if option.get("no_log")} == {"api_token", "api_key"}
    assert set(arguments.CLIENT) <= set(spec)


def test_what_takes_no_client_options_takes_no_secrets_and_what_is_sent_to_a_host_is_hidden() -> None:
    assert not {"api_token", "account_id", "base_url"} & set(arguments.PLAYBACK_INFO)
    assert not any(option.get("no_log") for option in arguments.PLAYBACK_INFO.values())
    assert all(option["no_log"] and name.startswith("_") for name, option in arguments.SENT.items())
