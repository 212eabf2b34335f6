# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what an event is to livestream. Runs on the controller only, where playbooks and their files are."""

from __future__ import annotations

import contextlib
import difflib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ansible_collections.eventops.cloudflare.plugins.module_utils import files
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import FileFailed, InvalidRequest, printable
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.addresses import Address, masked
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.download import DownloadFailed, download
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.answers import InvalidOption
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.plan import plan_event
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.in_process import plain
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule import ScheduleError, read_schedule

LARGEST = 20_000_000  # bytes of a schedule; that of the largest congress has about two million
EXCLUSIVE_TRUE = {
    "msg": "exclusive: true is now called exclusive: app",
    "version": "2.0.0",
    "collection_name": "eventops.cloudflare",
}
# What the role sets itself.
FACTS = frozenset({"analytics", "leftovers", "published", "report_totals", "results"})
TOO_DEEP = "The answers are nested too deeply"


class ActionModule(ActionBase):  # type: ignore[misc]
    """See the module of the same name."""

    _supports_check_mode = True
    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        """The plan, or what is wrong with the answers."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        try:
            answers = plain(self._task.args)
        except TypeError:  # what YAML takes for a date, for instance
            return {**result, "failed": True, "msg": "The answers hold a key that is no text: quote it"}
        except RecursionError:
            return {**result, "failed": True, "msg": TOO_DEEP}
        prefix = str(answers.pop("prefix", None) or "")
        reports = boolean(answers.pop("reports", False), strict=False)
        try:
            plan = plan_event(answers, self._read_schedule, prefix, reports)
            for name in ("run_sheet", "credentials"):
                plan["options"][name] = self._from_here(plan["options"], name, prefix)
            self._check_paths(plan, prefix)
            if plan["options"]["schedule"]:
                plan["options"]["schedule"] = masked(plan["options"]["schedule"])
            said = {
                "deprecations": [EXCLUSIVE_TRUE] if _is_true(answers.get("exclusive")) else [],
                "warnings": [*_no_talks(plan), *self._unknown_variables(prefix, task_vars or {})],
            }
            return {**result, "changed": False, **plan, **{kind: texts for kind, texts in said.items() if texts}}
        except RecursionError:
            return {**result, "failed": True, "msg": TOO_DEEP}
        except InvalidOption as error:
            # A misspelt variable may be why something is missing.
            hints = self._unknown_variables(prefix, task_vars or {})
            return {**result, "failed": True, "msg": ". ".join([str(error), *hints])}
        except ScheduleError as error:
            return {
                **result,
                "failed": True,
                "msg": printable(f"{prefix}schedule {_shown(answers['schedule'], error)}"),
            }

    def _unknown_variables(self, prefix: str, task_vars: Mapping[str, Any]) -> list[str]:
        """A warning about each variable that looks like one of the role and is none."""
        role = getattr(self._task, "_role", None)
        if role is None or not prefix:
            return []
        specs = self._loader.load_from_file(os.path.join(role._role_path, "meta", "argument_specs.yml"))
        known = {str(name) for spec in specs["argument_specs"].values() for name in spec["options"]}
        known |= {prefix + name for name in FACTS}
        warnings = []
        for name in sorted(set(filter(lambda name: str(name).startswith(prefix), task_vars)) - known):
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
            warnings.append(f"the role has no variable {name}" + (f": did you mean {near[0]}?" if near else ""))
        return warnings

    def _from_here(self, options: Mapping[str, Any], name: str, prefix: str) -> str | None:
        """A path to write to. Ansible would begin a relative one in the folder of the playbook, in the collection."""
        path: str | None = options[name]
        if path is None or path.startswith(("/", "~")):
            return path
        if name == "credentials" and options["credentials_host"]:
            raise InvalidOption(f"{prefix}{name} must be an absolute path where {prefix}credentials_host is given")
        return os.path.abspath(path) if self._connection.transport == "local" else path

    def _check_paths(self, plan: Mapping[str, Any], prefix: str) -> None:
        """Refuse now what could not be written when everything has been started. Other users and hosts differ."""
        if self._connection.transport != "local" or getattr(self._play_context, "become", False):
            return
        run_sheet, credentials = (plan["options"][name] for name in ("run_sheet", "credentials"))
        if run_sheet is not None:
            with _naming(f"{prefix}run_sheet"):
                files.check_page(_expanded(run_sheet))
        if credentials is not None and not plan["options"]["credentials_host"]:
            folders = {stream["name"]: {} for stream in plan["streams"] if stream["state"] != "stopped"}
            with _naming(f"{prefix}credentials"):
                for _name, failure in files.place(_expanded(credentials), folders, check_mode=True).failures:
                    raise FileFailed(failure)

    def _read_schedule(self, place: str, days: Sequence[str], rooms: Sequence[str], slug: str | None) -> dict[str, Any]:
        content = _download(place) if "://" in place else self._read_file(place)
        if len(content) > LARGEST:
            raise ScheduleError(f"it is larger than {LARGEST / 1e6:g} MB")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ScheduleError(f"it is not UTF-8: byte {error.start + 1} is {content[error.start]:#04x}") from None
        return read_schedule(text, days=days, rooms=rooms, prefix=slug)

    def _read_file(self, place: str) -> bytes:
        """A file where Ansible looks for files, or, since playbooks of a collection are far away, from here."""
        path = os.path.expanduser(place)
        try:
            found = path if os.path.isfile(path) else self._find_needle("files", path)
            with open(found, "rb") as file:
                return file.read(LARGEST + 1)
        except AnsibleError:
            raise ScheduleError(f"there is no such file: relative paths begin at {os.getcwd()}") from None
        except (OSError, ValueError) as error:
            raise ScheduleError(f"it cannot be read: {error}") from None


def _no_talks(plan: Mapping[str, Any]) -> Iterator[str]:
    """A warning where no room has talks on the days that were asked for: a wrong day looks like a day off."""
    days, event = plan["options"]["schedule_days"], plan["event"]
    if days and not plan["streams"]:
        zone = f" (time zone {event['time_zone']})" if event["time_zone"] else ""
        yield f"no room has talks on {', '.join(days)}{zone}: the event is from {event['start']} to {event['end']}"


@contextlib.contextmanager
def _naming(option: str) -> Iterator[None]:
    """Within this block, what is wrong with a path is said of this option."""
    try:
        yield
    except (FileFailed, InvalidRequest) as error:
        raise InvalidOption(f"{option} cannot be written: {error}") from None


def _is_true(answer: Any) -> bool:
    return str(answer).strip().lower() in ("true", "yes")


def _expanded(path: str) -> str:
    """A path as options of this type are read."""
    return os.path.expanduser(os.path.expandvars(path))


def _download(url: str) -> bytes:
    try:
        return download(url, LARGEST)
    except DownloadFailed as error:
        raise ScheduleError(str(error)) from None


def _shown(place: Any, problem: object) -> str:
    """Where the schedule is, and what is wrong with it, without the credentials of an address."""
    with contextlib.suppress(ValueError):  # a path
        problem = Address.of(str(place)).scrub(str(problem))
    return f"({masked(str(place))}): {problem}"
