# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages in files: what was at the path before, what comes of it, and what diff mode shows."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.eventops.cloudflare.plugins.module_utils import files
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import FileFailed, InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.files import check_page, place_page
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.page import LARGEST_DIFF, write_page

PAGE = b"<p>\xc3\xa9</p>\n"
SECRET = b"nobody else's business"


def state(folder: Path) -> dict[str, Any]:
    """Everything below a folder: kinds, modes, contents, targets. The page's own times do not count."""
    found: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = (
            os.readlink(path) if path.is_symlink() else path.read_bytes() if stat.S_ISREG(status.st_mode) else None
        )
        found[str(path.relative_to(folder))] = (stat.filemode(status.st_mode), content)
    return found


def write(path: Path | str, content: bytes = PAGE, *, check: bool = False) -> dict[str, Any]:
    """What the task returns of a page, its difference included."""
    outcome = write_page({"path": str(path), "_content": content.decode()}, Context(check_mode=check))
    return {"changed": outcome.changed, "diff": outcome.diff, **outcome.values}


def link(target: str) -> Callable[[Path], object]:
    return lambda path: path.symlink_to(target)


def regular(content: bytes, mode: int) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        path.write_bytes(content)
        path.chmod(mode)

    return make


# What may be at the path, and what diff mode says was there.
PLANTED: Mapping[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda _path: None, ""),
    "an older page": (regular(b"old\n", 0o644), "old\n"),
    "an older page of another mode": (regular(b"old\n", 0o600), "old\n"),
    "the page with another mode": (regular(PAGE, 0o666), "mode 0666\n"),
    "a link to a file": (link("../victim"), "a symbolic link\n"),
    "a link to the same content": (link("../same"), "a symbolic link\n"),
    "a link to a folder": (link("../folder"), "a symbolic link\n"),
    "a link to nothing": (link("../nothing"), "a symbolic link\n"),
    "a link to itself": (link("page.html"), "a symbolic link\n"),
    "a pipe": (os.mkfifo, "not a regular file\n"),
}


def surroundings(tmp_path: Path) -> Path:
    """A folder for the page, and what somebody may link to; returns the path of the page."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "folder").mkdir()
    (tmp_path / "victim").write_bytes(SECRET)
    (tmp_path / "victim").chmod(0o600)
    (tmp_path / "same").write_bytes(PAGE)
    return tmp_path / "pages/page.html"


@pytest.mark.parametrize("umask", [0o022, 0o000, 0o077])
@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_there_is_replaced_and_not_followed(tmp_path: Path, planted: str, umask: int) -> None:
    page = surroundings(tmp_path)
    make, before = PLANTED[planted]
    make(page)
    earlier = state(tmp_path)
    previous = os.umask(umask)
    try:
        check = write(page, check=True)
        assert state(tmp_path) == earlier
        real = write(page)
    finally:
        os.umask(previous)
    assert check == real
    after = "mode 0644\n" if planted == "the page with another mode" else PAGE.decode()
    headers = {"before_header": str(page), "after_header": str(page)}
    assert real == {"changed": True, "path": str(page), "diff": {"before": before, "after": after, **headers}}
    assert state(tmp_path) == {**earlier, "pages/page.html": ("-rw-r--r--", PAGE)}
    assert write(page) == {"changed": False, "path": str(page), "diff": None}


def test_links_on_the_way_are_followed(tmp_path: Path) -> None:
    page = surroundings(tmp_path)
    (tmp_path / "www").symlink_to("pages")
    assert write(tmp_path / "www/page.html")["changed"]
    assert page.read_bytes() == PAGE
    assert (tmp_path / "www").is_symlink()


def test_a_relative_path_begins_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert write("page.html")["changed"]
    assert (tmp_path / "page.html").read_bytes() == PAGE


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("missing/page.html", "{0}/missing/page.html: there is no folder {0}/missing"),
        ("victim/page.html", "{0}/victim/page.html: {0}/victim is not a folder"),
        ("folder", "{}/folder is a folder, where a file is to be"),
        ("folder/", "{}/folder/ is no path of a file"),
        ("x" * 300, "{}/" + "x" * 300 + ": File name too long"),
    ],
)
def test_where_no_page_can_be_it_is_said(tmp_path: Path, path: str, message: str) -> None:
    surroundings(tmp_path)
    earlier = state(tmp_path)
    for attempt in (check_page, lambda place: write(place, check=True), write):
        with pytest.raises(FileFailed) as failed:
            attempt(f"{tmp_path}/{path}")
        assert str(failed.value) == message.format(tmp_path)
    assert state(tmp_path) == earlier


def test_a_check_before_writes_nothing(tmp_path: Path) -> None:
    page = surroundings(tmp_path)
    for make, _before in PLANTED.values():
        make(page)
        earlier = state(tmp_path)
        check_page(str(page))
        assert state(tmp_path) == earlier
        page.unlink(missing_ok=True)


def test_a_folder_that_cannot_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of root, the system allows everything."""
    monkeypatch.setattr(files.os, "access", lambda _path, _mode: False)
    with pytest.raises(FileFailed, match=r"page.html: the folder .*pages cannot be written to$"):
        check_page(str(surroundings(tmp_path)))


def test_a_failure_leaves_the_old_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = surroundings(tmp_path)
    page.write_bytes(b"old")
    earlier = state(tmp_path)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(FileFailed, match=r"page.html: No space left on device$"):
        write(page)
    assert state(tmp_path) == earlier


def test_a_large_difference_is_not_shown(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    headers = {"before_header": str(page), "after_header": str(page)}
    large = b"x" * (LARGEST_DIFF + 1)
    assert write(page, large)["diff"] == {"src_larger": LARGEST_DIFF, **headers}
    assert write(page, b"y" + large)["diff"] == {"dst_larger": LARGEST_DIFF, "src_larger": LARGEST_DIFF, **headers}
    assert write(page, PAGE)["diff"] == {"dst_larger": LARGEST_DIFF, **headers}


def test_without_the_action_plugin_there_is_no_page() -> None:
    with pytest.raises(InvalidRequest, match="rendered by the action plugin"):
        write_page({"path": "/nonexistent/x", "_content": None}, Context())


# What the writer does, one after the other. Somebody else may come in between.
STEPS = ("open", "stat", "fchmod", "fsync", "replace")


@given(
    first=st.sampled_from(sorted(PLANTED)),
    later=st.sampled_from(sorted(PLANTED)),
    step=st.sampled_from(STEPS),
    time=st.integers(1, 3),
    content=st.binary(max_size=20).map(lambda data: data.hex().encode()),
)
def test_nothing_is_written_through_what_is_planted_meanwhile(
    tmp_path_factory: pytest.TempPathFactory, first: str, later: str, step: str, time: int, content: bytes
) -> None:
    """By somebody who may write to the folder, before some step of the writer."""
    tmp_path = tmp_path_factory.mktemp("planted")
    page = surroundings(tmp_path)
    PLANTED[first][0](page)
    others = {name: found for name, found in state(tmp_path).items() if name != "pages/page.html"}
    done: list[str] = []

    def watched(name: str) -> Callable[..., Any]:
        original = getattr(os, name)

        def call(*args: Any, **options: Any) -> Any:
            done.append(name)
            if name == step and done.count(name) == time:
                done.append("planted")
                page.unlink(missing_ok=True)
                PLANTED[later][0](page)
            return original(*args, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in STEPS:
            patch.setattr(files.os, name, watched(name))
        place_page(str(page), content)
    found = state(tmp_path)
    replaced_last = "planted" not in done or done.index("planted") < done.index("replace") + (step == "replace") * 2
    if replaced_last:
        assert found.pop("pages/page.html") == ("-rw-r--r--", content)
    found.pop("pages/page.html", None)
    assert found == others
