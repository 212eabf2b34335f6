# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every run of every task has to keep, whatever went wrong meanwhile: checked against the service's own state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simulator.journal import Entry
from simulator.state import ACTIVE, Livestream, Meeting

from .stage import Actor, Ran, Stage, Task, text_of

Target = tuple[str, str]
BULK = {"realtime_livestreams": "livestreams", "realtime_meetings": "meetings"}


def wishes(task: Task) -> Iterator[tuple[Target, Mapping[str, Any]]]:
    """What a task is about, and how it wants that to be: options of a single task, ``wait`` included."""
    entries = task.options[BULK[task.module]] if task.module in BULK else [task.options]
    for entry in entries:
        default = "active" if "meeting" in task.module else "present"
        options = {"state": default, "wait": True, **task.options, **{k: v for k, v in entry.items() if v is not None}}
        kind = next((kind for kind in ("meeting_id", "livestream_id", "name") if kind in entry), "title")
        yield ("meeting" if kind == "meeting_id" and default == "active" else kind, entry[kind]), options


def results(ran: Ran) -> list[Mapping[str, Any]]:
    """What a run says about each thing it is about; nothing when it failed as a whole."""
    if ran.task.module in BULK:
        listed: list[Mapping[str, Any]] = ran.values.get(BULK[ran.task.module], [])
        return listed
    one = ran.values.get("livestream", ran.values.get("meeting"))
    how = {key: ran.values[key] for key in ("changed", "failed", "msg", "error") if key in ran.values}
    return [] if one is None else [{**one, **how}]


def contradicted(stage: Stage, rans: Sequence[Ran], ran: Ran, target: Target) -> bool:
    """Whether another run at the same time wants something else of the same thing."""

    def kept(target: Target) -> Target:
        # Two names may be one to the service.
        return (target[0], stage.world.service.called(target[1]) or "") if target[0] in ("name", "title") else target

    own = next(_goal(options) for found, options in wishes(ran.task) if found == target)
    target = kept(target)
    for other in rans:
        if other is ran or other.task.check:
            continue
        listed = {kept(found): options for found, options in wishes(other.task)}
        if target in listed and _goal(listed[target]) != own:
            return True
        # A meeting of an ID may be the one of a title, or become it.
        if target[0] in ("meeting", "title") and any(
            {kind, target[0]} == {"meeting", "title"} for kind, _name in listed
        ):
            return True
        if other.task.options.get("exclusive") and target[0] == "meeting_id" and target not in listed:
            return True
    return False


def _goal(options: Mapping[str, Any]) -> tuple[Any, ...]:
    title = options.get("title") if "meeting_id" in options else None
    return options["state"], title, options.get("persist_chat"), options.get("session_keep_alive_time_in_secs")


def touched(stage: Stage, target: Target) -> bool:
    """Whether somebody else did something to this meanwhile."""
    kind, name = target
    service, happened = stage.world.service, stage.world.happened
    if kind == "meeting_id":
        return any(event.meeting_id == name for event in happened)
    if kind == "name":
        return any(service.called(event.name) == service.called(name) for event in happened if event.name)
    if kind == "meeting":
        # It may be the newest of a title.
        return any(event.do in ("retire_meeting", "rename_meeting") for event in happened)
    titles = [title for event in happened for title in (event.title, event.to) if title]
    return any(service.called(title) == service.called(name) for title in titles)


def refused(stage: Stage, ran: Ran) -> bool:
    """Whether a run is rightly refused.

    Two of its entries are about one thing, or would become one, or nobody can tell whether a name was cut.
    """
    called = stage.world.service.called
    kinds = {"title": "title", "meeting": "title", "name": "name"}
    names = [
        (kinds[kind], called(options[kinds[kind]]))
        for (kind, _name), options in wishes(ran.task)
        if kind in kinds and options.get(kinds[kind]) and not (kind == "meeting" and options["state"] == "inactive")
    ]
    if len(set(names)) < len(names):
        return True
    message = ran.values.get("msg", "")
    if stage.world.profile.name_form == "cut" and "may be what the service calls" in message:
        return True
    if "are one to the service" in message or "the service may call both the same" in message:
        return True
    return not results(ran) and ("list it once" in message or "would both be titled" in message)


def check(stage: Stage, rans: Sequence[Ran]) -> None:
    """All promises, for runs that went on at the same time."""
    stage.world.service.settle()
    at_most_one_active(stage)
    for ran in rans:
        truthful(ran)
        discreet(stage, ran)
        obedient(ran)
        said = results(ran)
        if not said:
            continue
        for (target, options), result in zip(wishes(ran.task), said, strict=True):
            alone = not contradicted(stage, rans, ran, target) and not touched(stage, target)
            once(ran, target, alone)
            if not result["changed"] and not touched(stage, target):
                by_id = {name for (kind, name), _options in wishes(ran.task) if kind == "meeting"} - {target[1]}
                sent = [entry for entry in ran.accepted() if about(stage, entry, target)]
                sent = [entry for entry in sent if entry.path.rpartition("/")[2] not in by_id]
                assert not sent, f"{ran.task}: {target} is said to be as it was, but {sent[0].operation} was accepted"
            # What the service refuses twice to stop is said to be listed still, not to be stopped.
            warned = any("still listed as active" in warning for warning in ran.warnings)
            if alone and not ran.task.check and not result.get("failed") and not warned:
                assert holds(stage, target, options), f"{ran.task}: {target} is not as the result says"
            if alone and not ran.task.check and (result.get("failed") or warned):
                observed(stage, rans, ran, target, options, result)
        if ran.task.options.get("exclusive") and not ran.failed and len(rans) == 1 and not ran.task.check:
            named = {name for (kind, name), _options in wishes(ran.task) if kind == "meeting_id"}
            named |= {event.meeting_id for event in stage.world.happened if event.meeting_id}
            # What the service refuses to stop is named.
            refused = [warning for warning in ran.warnings if "still listed as active" in warning]
            others = active_meetings(stage).keys() - named
            unnamed = {other for other in others if not any(f"meeting {other} " in warning for warning in refused)}
            assert not unnamed, f"{ran.task}: others are still on the air"
    no_doubles(stage, rans)
    nothing_again(stage)


def nothing_again(stage: Stage) -> None:
    """Nothing was created that was there before the tasks, and all the time."""
    service = stage.world.service
    for entry in stage.world.journal.entries[stage.sent :]:
        if not entry.accepted or entry.operation not in ("create_meeting", "create_livestream"):
            continue
        kind = "title" if entry.operation == "create_meeting" else "name"
        name = service.called(entry.body[kind]) or ""
        there = stage.there.get((kind, name), set())
        stayed = {
            item
            for item in there
            if kind == "name" or (service.meetings[item].status == "ACTIVE" and service.meetings[item].title == name)
        }
        changed = any(item in other.path for other in stage.world.journal.entries[stage.sent :] for item in stayed)
        assert not stayed or changed, f"{entry.user_agent} created {name!r}, which was there"


def at_most_one_active(stage: Stage) -> None:
    """Of one meeting."""
    doubled = [meeting for meeting, count in active_meetings(stage).items() if count > 1]
    assert not doubled, f"several livestreams of {doubled} are active"


def active_meetings(stage: Stage) -> Counter[str]:
    """How many livestreams of each meeting are active, and not about to end."""
    found = stage.world.service.ordered
    return Counter(i.meeting_id for i in found if i.meeting_id and i.status in ACTIVE and i.stopping_until is None)


def truthful(ran: Ran) -> None:
    """``changed``, ``failed`` and the message are right."""
    assert isinstance(ran.values["changed"], bool)
    writes = [entry for entry in ran.entries if entry.method != "GET"]
    if ran.task.check:
        assert not writes, f"{ran.task}: check mode sent {writes[0].operation}"
    if not ran.values["changed"]:
        sent = ran.accepted()
        assert not sent, f"{ran.task}: unchanged, it says, but {sent[0].operation} was accepted"
    for result in [ran.values, *results(ran)]:
        if result.get("failed"):
            told(result, ran)


def obedient(ran: Ran) -> None:
    """After a 429 that says for how long, nothing is sent until then. Other threads may have sent something before."""
    if ran.task.module in BULK and ran.task.options.get("concurrency") != 1:
        return
    until = 0.0
    for entry in ran.entries:
        # A date has whole seconds.
        early = until - entry.time - 1
        assert early <= 0, f"{ran.task}: sent {entry.operation} {early:.0f} s before it may"
        if entry.status == 429 and entry.retry_after is not None:
            until = max(until, entry.time + entry.retry_after)


def unharmed(ran: Ran) -> None:
    """Where nothing happened that matters, no request fails. A wait may still end, and a task be refused."""
    for result in [ran.values, *results(ran)]:
        assert "error" not in result, f"{ran.task}: failed for no reason: {result['msg']}"


def told(result: Mapping[str, Any], ran: Ran) -> None:
    """A failure has a message with a status or a cause."""
    message = result["msg"]
    assert isinstance(message, str), ran.task
    assert len(message) > 20, f"{ran.task}: {message}"
    assert "Traceback" not in message, f"{ran.task}: {message}"
    assert "bug" not in message, f"{ran.task}: {message}"
    error = result.get("error")
    if error and error["status"] is not None:
        assert f"HTTP {error['status']}" in message, f"{ran.task}: {message}"
    elif error:
        assert len(error["message"]) > 5, f"{ran.task}: {message}"
        assert error["message"] in message, f"{ran.task}: {message}"


def discreet(stage: Stage, ran: Ran) -> None:
    """No secret anywhere; stream keys only where they were asked for, and right there."""
    if ran.task.options.get("return_stream_key"):
        for item in [*ran.values.get("livestreams", []), ran.values.get("livestream", {})]:
            item.pop("stream_key", None)
    text = text_of(ran)
    assert not [secret for secret in stage.secrets() if secret in text], f"{ran.task}: a secret is shown"


def observed(
    stage: Stage, rans: Sequence[Ran], ran: Ran, target: Target, options: Mapping[str, Any], result: Mapping[str, Any]
) -> None:
    """What is shown of something that failed was read, or accepted: it is not what was wanted."""
    kind, _name = target
    if kind in ("meeting", "title"):
        keys = ("status", "title", "persist_chat", "session_keep_alive_time_in_secs")
        shown = {key: result[key] for key in keys if result[key] is not None}
        if result["id"] is None:
            assert "status" not in shown, f"{ran.task}: {target} is not known, but is shown as {shown}"
            return
        if not any(result["id"] in entry.path for other in rans for entry in other.accepted("update_meeting")):
            meeting = stage.world.service.meetings[result["id"]]
            fields = {"persist_chat": False, "session_keep_alive_time_in_secs": 60, **meeting.settings}
            truth = {**{key: fields.get(key) for key in shown}, "status": meeting.status}
            assert shown.items() <= truth.items(), f"{ran.task}: {target} is shown as {shown}, and is {truth}"
        return
    stopped = any(about(stage, entry, target) for entry in ran.accepted("stop_livestream"))
    if options["state"] == "stopped" and result["status"] in ("IDLE", "OFFLINE") and not stopped:
        there = holds(stage, target, options)
        assert there or result["id"] is None, f"{ran.task}: {target} is shown as {result['status']}, and is on the air"
    if result["status"] in ACTIVE:
        assert result["id"], f"{ran.task}: {target} is shown as {result['status']}, and is not known"
        history = stage.world.service.livestreams[result["id"]].history
        assert result["status"] in {status for _when, status in history} | {"INVOKED"}, f"{ran.task}: {result}"


def once(ran: Ran, target: Target, alone: bool) -> None:
    """Nothing is started twice by one run, unless somebody stopped it in between."""
    kind, name = target
    starts = [entry for entry in ran.accepted("start_livestream") if kind == "meeting_id" and name in entry.path]
    assert len(starts) <= 1 or not alone, f"{ran.task}: started {len(starts)} times"


def no_doubles(stage: Stage, rans: Sequence[Ran]) -> None:
    """No livestream and no meeting was created twice by one actor, in all of its runs so far."""
    called = stage.world.service.called
    active_titles = {meeting.title for meeting in stage.world.service.meetings.values() if meeting.status == "ACTIVE"}
    for actor in {ran.actor for ran in rans}:
        entries = [e for e in stage.world.journal.entries if e.accepted and e.user_agent.startswith(f"{actor}/")]
        names = Counter(called(e.body["name"]) for e in entries if e.operation == "create_livestream")
        assert all(count == 1 for count in names.values()), f"{actor} created {names}"
        titles = Counter(called(e.body["title"]) for e in entries if e.operation == "create_meeting")
        # What was renamed is another meeting.
        titles.subtract(stage.renamed)
        titles.subtract(called(event.title) or "" for event in stage.world.happened if event.to)
        retired = Counter(
            title for title in titles for m in stage.world.service.meetings.values()
            if m.title == title and m.status == "INACTIVE"
        )  # fmt: skip
        doubled = [t for t, count in titles.items() if t in active_titles and count - retired[t] > 1]
        assert not doubled, f"{actor} created {titles}, and {retired} were retired"


def holds(stage: Stage, target: Target, options: Mapping[str, Any]) -> bool:
    """Whether the service is in the state asked for."""
    kind, name = target
    service = stage.world.service
    state = options["state"]
    if kind == "meeting_id":
        active = service.active(name)
        if state == "started":
            return active is not None and (active.status == "LIVE" or not options["wait"])
        return active is None or (not options["wait"] and active.stopping_until is not None)
    if kind == "livestream_id":
        return state == "present" or (service.livestream(name).status in ACTIVE) is (state == "started")
    if kind == "name":
        found = named(stage, name)
        return state == "stopped" or (bool(found) and (state == "present" or found[0].status in ACTIVE))
    meetings = [service.meetings[name]] if kind == "meeting" else titled(stage, name)
    if kind == "meeting":
        title = service.called(options.get("title"))
        if (meetings[0].status == "ACTIVE") is not (state == "active"):
            return False
        if state == "active" and title is not None and meetings[0].title != title:
            return False
    if state == "inactive":
        return kind == "meeting" or not meetings
    defaults = {"persist_chat": False, "session_keep_alive_time_in_secs": 60}
    return bool(meetings) and all(
        meetings[0].settings.get(key, default) == options[key]
        for key, default in defaults.items()
        if options.get(key) is not None
    )


def named(stage: Stage, name: str) -> list[Livestream]:
    """The enabled independent livestreams of a name, in the service's form of it, oldest first."""
    name = stage.world.service.called(name) or ""
    return [i for i in stage.world.service.ordered if i.name == name and i.meeting_id is None and not i.disabled]


def titled(stage: Stage, title: str) -> list[Meeting]:
    """The active meetings of a title, in the service's form of it, oldest first."""
    title = stage.world.service.called(title) or ""
    return [i for i in stage.world.service.meetings.values() if i.title == title and i.status == "ACTIVE"]


def about(stage: Stage, entry: Entry, target: Target) -> bool:
    """Whether a request is about something."""
    kind, name = target
    if kind == "meeting_id":
        return name in entry.path
    if kind == "livestream_id":
        return False
    if kind == "meeting":
        return entry.operation == "update_meeting" and name in entry.path
    if kind == "name":
        return entry.operation == "create_livestream" and entry.body["name"] == name
    if entry.operation == "create_meeting":
        return bool(entry.body["title"] == name)
    meeting = stage.world.service.meetings.get(entry.path.rpartition("/")[2])
    return meeting is not None and meeting.title == stage.world.service.called(name) and "title" not in entry.body


def converges(stage: Stage, ran: Ran, patience: float) -> None:
    """With nothing going wrong any more, the same task does it; and once more it has nothing to do."""
    clean = Actor(stage, "clean")
    patient = {"wait_timeout": patience} if "livestream" in ran.task.module else {}
    task = Task(ran.task.module, {**ran.task.options, **patient})
    rightly = False
    for last in (False, True):
        stage.note()
        again = clean(task)
        check(stage, [again])
        # What a refused run did all the same may be what it was refused for: then the next one goes on.
        unfinished = rightly
        rightly = again.failed and refused(stage, again)
        assert rightly or not again.failed, f"{task} still fails when all is well: {again.values['msg']}"
        if last and not unfinished:
            assert not again.values["changed"], f"{task} changes something again"
            assert not [entry for entry in again.entries if entry.method != "GET"], f"{task} sends something again"
        stage.pass_time(10)
