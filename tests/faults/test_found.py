# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the search has found so far, one test for each."""

from __future__ import annotations

import pytest

from faults.promises import check
from faults.stage import Actor, Stage, Task
from simulator.profile import DEFAULT


@pytest.mark.parametrize(
    "options",
    [{"state": "stopped", "livestreams": [{"meeting_id": "one"}]}, {"livestreams": [], "exclusive": True}],
)
def test_many_are_stopped_in_a_status_that_nobody_has_documented(stage: Stage, options: dict[str, object]) -> None:
    """No list of one status shows it: the task said that nothing was on the air."""
    stage.reset(DEFAULT.but(rate_limit=0, status_of_unknown="PAUSED", unknown_status_seconds=600))
    stage.world.service.add_meeting({}, meeting_id="one")
    stage.world.service.start("one", None, None)
    stage.pass_time(60)
    ran = Actor(stage, "ann")(Task("realtime_livestreams", options))
    assert ran.values["changed"]
    assert [entry.operation for entry in ran.accepted()] == ["stop_livestream"]
    check(stage, [ran])


def test_a_stop_in_such_a_status_is_waited_for(stage: Stage) -> None:
    """While it settles, no list of one status shows it, either: it was over too soon."""
    stage.reset(DEFAULT.but(rate_limit=0, status_of_unknown="PAUSED", unknown_status_seconds=600, stop_delay=20))
    stage.world.service.add_meeting({}, meeting_id="one")
    stage.world.service.start("one", None, None)
    stage.pass_time(60)
    began = stage.now()
    ran = Actor(stage, "ann")(
        Task("realtime_livestreams", {"state": "stopped", "livestreams": [{"meeting_id": "one"}]})
    )
    check(stage, [ran])
    assert stage.now() - began >= 20


LONG = "the longest of all the titles, of which a service that cuts forgets the {}"
FORMS = {
    "trimmed": "  Curie  et al. ",
    "nfc": "Cafe\u0301",
    "escaped": "R&D <one>",
    "cut": LONG.format("end"),
}
ONE_MEETING, MEETINGS = "realtime_meeting", "realtime_meetings"
ONE_LIVESTREAM, LIVESTREAMS = "realtime_livestream", "realtime_livestreams"


def meanwhile(stage: Stage, operation: str, **event: str) -> None:
    """Somebody else does this after the first page of a list."""
    stage.faults([{"operation": operation, "kind": "meanwhile", "events": [event]}])


class TestListsThatChange:
    """Something leaves a list of two pages while it is read, and moves another one to the page before."""

    @pytest.mark.parametrize("counts", ["present", "absent", "no_paging"])
    @pytest.mark.parametrize(
        ("module", "options"), [(ONE_MEETING, {"title": "Curie"}), (MEETINGS, {"meetings": [{"title": "Curie"}]})]
    )
    def test_a_meeting_is_not_created_again(
        self, stage: Stage, module: str, options: dict[str, object], counts: str
    ) -> None:
        """Without a count, nobody sees it: what is missing is looked for once more."""
        stage.reset(DEFAULT.but(rate_limit=0, max_per_page=2, paging_total=counts))
        for title in ("first", "Curie", "newer", "newest"):
            stage.world.service.add_meeting({"title": title})
        meanwhile(stage, "list_meetings", do="retire_meeting", title="newest")
        ran = Actor(stage, "ann")(Task(module, options))
        assert not ran.values["changed"], ran.values
        check(stage, [ran])

    def test_a_livestream_on_the_air_is_not_said_to_be_stopped(self, stage: Stage) -> None:
        """It was started again days after it was created, so that the list of the last day does not have it."""
        stage.reset(DEFAULT.but(rate_limit=0, max_per_page=1, restart_keeps_id=True))
        service = stage.world.service
        for meeting in ("over", "one", "other"):
            service.add_meeting({}, meeting_id=meeting)
            service.start(meeting, None, None)
        stage.pass_time(100_000)
        service.settle()
        for meeting in ("over", "one", "other"):
            service.start(meeting, None, None)
        stage.pass_time(60)
        end = {"do": "end", "meeting_id": "over"}
        stage.faults([{"operation": "list_livestreams", "kind": "meanwhile", "within": True, "events": [end]}])
        ran = Actor(stage, "ann")(Task(LIVESTREAMS, {"state": "stopped", "livestreams": [{"meeting_id": "one"}]}))
        assert ran.values["changed"]
        check(stage, [ran])

    def test_a_list_that_never_is_still_is_an_error(self, stage: Stage) -> None:
        stage.reset(DEFAULT.but(rate_limit=0, max_per_page=2))
        for _number in range(20):
            stage.world.service.add_meeting({"title": "other"})
        event = {"do": "retire_meeting", "title": "other"}
        stage.faults([{"operation": "list_meetings", "kind": "meanwhile", "events": [event], "times": None}])
        ran = Actor(stage, "ann")(Task(ONE_MEETING, {"title": "Curie"}))
        assert "the list changed while it was read, 5 times; run again" in ran.values["msg"]
        assert not ran.values["changed"]
        check(stage, [ran])

    def test_what_others_create_meanwhile_is_no_reason_to_read_again(self, stage: Stage) -> None:
        stage.reset(DEFAULT.but(rate_limit=0, max_per_page=2))
        for title in ("Curie", "other", "other"):
            stage.world.service.add_meeting({"title": title})
        meanwhile(stage, "list_meetings", do="create_meeting", title="newest")
        ran = Actor(stage, "ann")(Task(ONE_MEETING, {"title": "Curie"}))
        assert not ran.values["changed"]
        assert len(ran.entries) == 2


def told(form: str, kept: str | None) -> str:
    """How a warning ends."""
    if form == "escaped":
        return f"{kept!r}: either name finds it"
    return f"{ascii(kept) if form == 'nfc' else repr(kept)}: use that name"


@pytest.mark.parametrize("form", FORMS)
class TestNames:
    """A service that keeps another name than it was sent: each run created it again."""

    @pytest.mark.parametrize("module", [ONE_LIVESTREAM, LIVESTREAMS, ONE_MEETING, MEETINGS])
    def test_it_is_created_once(self, stage: Stage, form: str, module: str) -> None:
        """The first run says what it is called, and so does the next one: it finds it, unless the name was cut."""
        stage.reset(DEFAULT.but(rate_limit=0, name_form=form))
        wanted = FORMS[form]
        kept = stage.world.service.called(wanted)
        option = "title" if "meeting" in module else "name"
        several = {LIVESTREAMS: "livestreams", MEETINGS: "meetings"}.get(module)
        task = Task(module, {several: [{option: wanted}]} if several else {option: wanted})
        for changed in (True, False):
            ran = Actor(stage, "ann")(task)
            assert ran.values["changed"] is changed, ran.values
            if form == "cut" and not changed:
                assert f"may be what the service calls {kept!r}, or something else" in ran.values["msg"]
                assert {entry.method for entry in ran.entries} == {"GET"}
            else:
                assert [text for text in ran.warnings if told(form, kept) in text]
            check(stage, [ran])
            stage.pass_time(60)
        ran = Actor(stage, "ann")(Task(module, {several: [{option: kept}]} if several else {option: kept}))
        assert not ran.values["changed"]
        assert ran.warnings == ()

    @pytest.mark.parametrize("module", [LIVESTREAMS, MEETINGS])
    def test_two_names_that_become_one_are_refused(self, stage: Stage, form: str, module: str) -> None:
        """Before the second one is created; those that can be known to become one, before anything is sent."""
        stage.reset(DEFAULT.but(rate_limit=0, name_form=form))
        others = {"trimmed": "Curie et al.", "nfc": "Caf\u00e9", "escaped": "R&amp;D &lt;one&gt;"}
        names = [FORMS[form], others.get(form, LONG.format("last"))]
        option, several = ("title", "meetings") if module == MEETINGS else ("name", "livestreams")
        task = Task(module, {several: [{option: name} for name in names], "concurrency": 2})
        for created in (1 if form == "cut" else 0, 0):
            ran = Actor(stage, "ann")(task)
            assert ran.failed
            assert len(ran.accepted()) == created
        check(stage, [ran])

    def test_a_title_that_a_meeting_is_given_is_given_once(self, stage: Stage, form: str) -> None:
        stage.reset(DEFAULT.but(rate_limit=0, name_form=form))
        stage.world.service.add_meeting({"title": "old"}, meeting_id="one")
        for module, options in (
            (ONE_MEETING, {"meeting_id": "one", "title": FORMS[form]}),
            (MEETINGS, {"meetings": [{"meeting_id": "one", "title": FORMS[form]}]}),
        ):
            ran = Actor(stage, "ann")(Task(module, options))
            assert ran.values["changed"] is (module == ONE_MEETING)
            if form == "cut" and module == MEETINGS:
                assert "may be what the service calls" in ran.values["msg"]
            else:
                assert told(form, stage.world.service.called(FORMS[form])) in ran.warnings[0]
            check(stage, [ran])

    def test_a_livestream_that_is_started_says_how_it_is_called(self, stage: Stage, form: str) -> None:
        stage.reset(DEFAULT.but(rate_limit=0, name_form=form))
        stage.world.service.add_meeting({}, meeting_id="one")
        task = Task(ONE_LIVESTREAM, {"meeting_id": "one", "state": "started", "name": FORMS[form]})
        started, again = Actor(stage, "ann")(task), Actor(stage, "ann")(task)
        assert started.values["changed"]
        assert not again.values["changed"]
        assert told(form, stage.world.service.called(FORMS[form])) in again.warnings[0]
        assert not [warning for warning in again.warnings if "cannot be renamed" in warning]


def test_a_title_that_another_entry_has_when_it_is_cut_is_not_given(stage: Stage) -> None:
    """The service's answer to the creation says what it makes of such titles."""
    stage.reset(DEFAULT.but(rate_limit=0, name_form="cut"))
    hall = stage.world.service.add_meeting({"title": "hall"}, meeting_id="hall")
    entries = [{"meeting_id": "hall", "title": LONG.format("last")}, {"title": f"{FORMS['cut']}ing"}]
    ran = Actor(stage, "ann")(Task(MEETINGS, {"meetings": entries, "concurrency": 2}))
    assert "are one to the service" in ran.values["meetings"][0]["msg"]
    assert "failed" not in ran.values["meetings"][1]
    assert len(ran.accepted()) == 1
    assert hall.title == ran.values["meetings"][0]["title"] == "hall"
    check(stage, [ran])


def test_a_title_that_is_not_to_be_there_when_it_is_cut(stage: Stage) -> None:
    """Another entry gives it to a meeting, cut: it is there then."""
    stage.reset(DEFAULT.but(rate_limit=0, name_form="cut"))
    stage.world.service.add_meeting({"title": "hall"}, meeting_id="hall")
    entries = [{"title": LONG.format("end"), "state": "inactive"}, {"meeting_id": "hall", "title": LONG.format("last")}]
    ran = Actor(stage, "ann")(Task(MEETINGS, {"meetings": entries}))
    assert "are one to the service" in ran.values["meetings"][0]["msg"]
    assert ran.values["meetings"][1]["changed"]
    check(stage, [ran])


@pytest.mark.parametrize("module", [ONE_LIVESTREAM, ONE_MEETING])
def test_a_name_that_may_be_what_is_left_of_another(stage: Stage, module: str) -> None:
    """Nobody can tell whether the service cut it. Nothing is created, and nothing is changed."""
    stage.reset(DEFAULT.but(rate_limit=0))
    name = "the main stage of the conference with all of its talks and music"
    assert len(name) == 64
    stage.world.service.create(name)
    stage.world.service.add_meeting({"title": name})
    for state in ("active", "inactive") if module == ONE_MEETING else ("present", "stopped"):
        options = {"title" if module == ONE_MEETING else "name": f"{name} at night", "state": state}
        ran = Actor(stage, "ann")(Task(module, options))
        assert f"may be what the service calls {name!r}, or something else" in ran.values["msg"]
        assert {entry.method for entry in ran.entries} == {"GET"}
    stage.world.service.create(f"{name} and more")
    stage.world.service.add_meeting({"title": f"{name} and more"})
    # A service that has longer names does not cut.
    ran = Actor(stage, "ann")(Task(module, {"title" if module == ONE_MEETING else "name": f"{name} at night"}))
    assert ran.values["changed"]


class TestOneMeetingTwice:
    """Given once by its ID, and once by its title."""

    @pytest.mark.parametrize(
        ("entries", "text"),
        [
            (
                [{"meeting_id": "x", "title": "other"}, {"title": "Curie"}],
                "meetings[0] and meetings[1] are both about the meeting x: list it once",
            ),
            ([{"title": "Curie", "state": "inactive"}, {"meeting_id": "x"}], "meetings[0] and meetings[1] are both"),
            (
                [{"meeting_id": "x", "title": "new"}, {"title": "new"}],
                "meetings[0] and meetings[1] would both be titled 'new': give one of them another title",
            ),
            (
                [{"title": "new", "state": "inactive"}, {"meeting_id": "x", "title": "new"}],
                "meetings[1] and meetings[0] would both be titled 'new'",
            ),
            (
                [{"meeting_id": "x", "title": "Meitner"}, {"meeting_id": "y"}],
                "meetings[0] and meetings[1] would both be titled 'Meitner'",
            ),
            (
                [{"title": "retired", "state": "inactive"}, {"meeting_id": "z"}],
                "meetings[1] and meetings[0] would both be titled 'retired'",
            ),
        ],
    )
    def test_it_is_refused(self, stage: Stage, entries: list[dict[str, object]], text: str) -> None:
        """Before anything is sent that changes something, also in check mode."""
        stage.reset(DEFAULT.but(rate_limit=0))
        for meeting, title, status in (
            ("x", "Curie", "ACTIVE"),
            ("y", "Meitner", "ACTIVE"),
            ("z", "retired", "INACTIVE"),
        ):
            stage.world.service.add_meeting({"title": title}, meeting_id=meeting, status=status)
        for check_mode in (False, True):
            ran = Actor(stage, "ann")(Task(MEETINGS, {"meetings": entries}, check_mode))
            assert text in ran.values["msg"]
            assert {entry.method for entry in ran.entries} == {"GET"}

    def test_who_gives_both_ids_may_have_one_title(self, stage: Stage) -> None:
        stage.reset(DEFAULT.but(rate_limit=0))
        for meeting in ("x", "y"):
            stage.world.service.add_meeting({"title": meeting}, meeting_id=meeting)
        entries = [{"meeting_id": "x", "title": "one"}, {"meeting_id": "y", "title": "one"}]
        ran = Actor(stage, "ann")(Task(MEETINGS, {"meetings": entries}))
        assert [item["changed"] for item in ran.values["meetings"]] == [True, True]

    def test_a_livestream_that_another_job_created_meanwhile(self, stage: Stage) -> None:
        """Given by its name, and found between the first look and the one before creating."""
        stage.reset(DEFAULT.but(rate_limit=0))
        other = stage.world.service.create("other")
        event = {"do": "create_livestream", "name": "feed"}
        stage.faults([{"operation": "list_livestreams", "kind": "meanwhile", "events": [event]}])
        entries = [{"livestream_id": other.id}, {"name": "feed"}]
        ran = Actor(stage, "ann")(Task(LIVESTREAMS, {"livestreams": entries}))
        assert not ran.values["changed"]
        entries = [{"livestream_id": stage.world.service.ordered[1].id}, {"name": "feed"}]
        ran = Actor(stage, "ann")(Task(LIVESTREAMS, {"livestreams": entries}))
        assert "are both about the livestream" in ran.values["msg"]


REFUSED = {"kind": "status", "status": 403, "times": None}


class TestWhatAFailureShows:
    """What was read or accepted, and not what was wanted; in the diff, too."""

    def test_a_meeting_that_is_not_retired(self, stage: Stage) -> None:
        stage.reset(DEFAULT.but(rate_limit=0))
        stage.world.service.add_meeting({"title": "Curie", "persist_chat": False})
        stage.faults([{**REFUSED, "operation": "update_meeting"}])
        for entry in ({"state": "inactive"}, {"persist_chat": True}):
            ran = Actor(stage, "ann")(Task(MEETINGS, {"meetings": [{"title": "Curie", **entry}]}))
            (shown,) = ran.values["meetings"]
            assert shown["failed"]
            assert (shown["status"], shown["persist_chat"]) == ("ACTIVE", False)

    def test_a_meeting_that_is_not_renamed(self, stage: Stage) -> None:
        stage.reset(DEFAULT.but(rate_limit=0))
        stage.world.service.add_meeting({"title": "Curie"}, meeting_id="x")
        stage.faults([{**REFUSED, "operation": "update_meeting"}])
        ran = Actor(stage, "ann")(Task(MEETINGS, {"meetings": [{"meeting_id": "x", "title": "Marie"}]}))
        assert ran.values["meetings"][0]["title"] == "Curie"
        stage.faults([{**REFUSED, "operation": "get_meeting"}])
        ran = Actor(stage, "ann")(Task(MEETINGS, {"meetings": [{"meeting_id": "y", "title": "Marie"}]}))
        assert (ran.values["meetings"][0]["id"], ran.values["meetings"][0]["title"]) == ("y", None)

    def test_one_of_several_that_are_retired(self, stage: Stage) -> None:
        """The oldest is the one that is shown; it comes last."""
        stage.reset(DEFAULT.but(rate_limit=0))
        first, second = (stage.world.service.add_meeting({"title": "Curie"}) for _number in range(2))
        stage.faults([{**REFUSED, "operation": "update_meeting", "path": first.id}])
        ran = Actor(stage, "ann")(Task(MEETINGS, {"meetings": [{"title": "Curie", "state": "inactive"}]}))
        (shown,) = ran.values["meetings"]
        assert (shown["id"], shown["status"], shown["changed"]) == (first.id, "ACTIVE", True)
        assert second.status == "INACTIVE"
        assert ran.values["diff"][0]["before"] == ran.values["diff"][0]["after"]

    @pytest.mark.parametrize(("module", "name"), [(MEETINGS, "title"), (LIVESTREAMS, "name")])
    def test_what_is_not_created(self, stage: Stage, module: str, name: str) -> None:
        stage.reset(DEFAULT.but(rate_limit=0))
        several = module.removeprefix("realtime_")
        stage.faults([{**REFUSED, "method": "POST", "status": 502, "when": "before"}])
        ran = Actor(stage, "ann")(Task(module, {several: [{name: "Curie"}]}))
        (shown,) = ran.values[several]
        known = {key: value for key, value in shown.items() if value is not None and key not in ("msg", "error")}
        assert known == {name: "Curie", "changed": True, "failed": True}
        assert ran.values["diff"][0]["after"] == {}

    def test_a_livestream_that_is_not_started(self, stage: Stage) -> None:
        stage.reset(DEFAULT.but(rate_limit=0))
        stage.world.service.add_meeting({}, meeting_id="one")
        stage.faults([{**REFUSED, "operation": "start_livestream"}])
        entries = [{"meeting_id": "one", "name": "main"}]
        ran = Actor(stage, "ann")(Task(LIVESTREAMS, {"state": "started", "livestreams": entries}))
        (shown,) = ran.values["livestreams"]
        known = {key: value for key, value in shown.items() if value is not None and key not in ("msg", "error")}
        assert known == {"meeting_id": "one", "changed": False, "failed": True}

    @pytest.mark.parametrize("module", [ONE_LIVESTREAM, LIVESTREAMS])
    def test_a_livestream_whose_stop_is_refused_twice(self, stage: Stage, module: str) -> None:
        """It is on the air, and not IDLE, as the task said."""
        stage.reset(DEFAULT.but(rate_limit=0))
        stage.world.service.add_meeting({}, meeting_id="one")
        started = stage.world.service.start("one", None, None)
        stage.pass_time(60)
        conflict = {"success": False, "error": {"code": 409, "message": "Conflict"}}
        stage.faults([{**REFUSED, "operation": "stop_livestream", "status": 409, "body": conflict}])
        options = {"state": "stopped", "wait": False}
        several = module == LIVESTREAMS
        task = {"livestreams": [{"meeting_id": "one"}]} if several else {"meeting_id": "one"}
        ran = Actor(stage, "ann")(Task(module, {**options, **task}))
        shown = ran.values["livestreams"][0] if several else ran.values["livestream"]
        assert (shown["id"], shown["status"]) == (started.id, "LIVE")
        assert "still listed as active" in ran.warnings[0]
        check(stage, [ran])

    def test_a_livestream_that_a_list_shows_as_it_was(self, stage: Stage) -> None:
        """It is shown as it was read by itself, before its stop was refused."""
        stage.reset(DEFAULT.but(rate_limit=0, live_delay=30))
        stage.world.service.add_meeting({}, meeting_id="one")
        started = stage.world.service.start("one", None, None)
        stage.pass_time(40)
        stale = {"kind": "twist", "how": "stale", "seconds": 30, "times": None}
        stage.faults([{**REFUSED, "operation": "stop_livestream"}, {"operation": "list_livestreams", **stale}])
        ran = Actor(stage, "ann")(Task(LIVESTREAMS, {"state": "stopped", "livestreams": [{"meeting_id": "one"}]}))
        (shown,) = ran.values["livestreams"]
        assert (shown["id"], shown["status"], shown["changed"]) == (started.id, "LIVE", False)


def starting(meeting: str, many: bool) -> Task:
    """A task that starts a meeting, and waits: the module for one livestream, or the one for many."""
    entry = {"meeting_id": meeting, "state": "started"}
    return Task("realtime_livestreams", {"livestreams": [entry]}) if many else Task("realtime_livestream", entry)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("keeps_id", [False, True])
@pytest.mark.parametrize("ended", ["stopped", "failed"])
def test_reads_that_lag_behind_a_start_do_not_end_the_wait(
    stage: Stage, many: bool, keeps_id: bool, ended: str
) -> None:
    """They show how the livestream ended before, with the same ID, or that it does not exist: the task failed."""
    lag = {"stale_read": 2.5, "stale_list": 2.5, "list_lag": 2.5}
    stage.reset(DEFAULT.but(rate_limit=0, live_delay=3, restart_keeps_id=keeps_id, **lag))
    service = stage.world.service
    service.add_meeting({}, meeting_id="one")
    earlier = service.start("one", None, None)
    stage.pass_time(60)
    service.stop("one") if ended == "stopped" else service.fail(earlier.id, "no composer free")
    stage.pass_time(60)
    ran = Actor(stage, "ann")(starting("one", many))
    assert not ran.failed, ran.values["msg"]
    check(stage, [ran])


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("keeps_id", [False, True])
@pytest.mark.parametrize("stale", [0, 2.5])
def test_a_start_that_fails_is_told_with_its_reason(stage: Stage, many: bool, keeps_id: bool, stale: float) -> None:
    """Two looks are enough, once the reads show it."""
    profile = DEFAULT.but(
        rate_limit=0, stale_read=stale, restart_keeps_id=keeps_id, start_empty_meeting="invoked_then_errored"
    )
    stage.reset(profile)
    service = stage.world.service
    service.add_meeting({}, meeting_id="one")
    for _time in range(2):
        began = stage.now()
        ran = Actor(stage, "ann")(starting("one", many))
        assert "ended with an error (status ERRORED): The meeting cannot be livestreamed" in ran.values["msg"]
        assert ran.values["changed"]
        assert stage.now() - began <= stale + 10
        stage.pass_time(60)
