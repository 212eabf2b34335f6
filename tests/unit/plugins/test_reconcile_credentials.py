# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written for encoders: read back by real shells and by systemd's own parser where they are installed."""

from __future__ import annotations

import ctypes
import json
import shutil
import subprocess
import textwrap
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import Livestream
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    FileFailed,
    InvalidRequest,
    StateUnreachable,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.files import Change, Placed
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context, Outcome
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.credentials import (
    Folders,
    contents_of,
    entries_of,
    placed_there,
    quoted,
    sent,
    write_credentials,
    write_sent,
)

SERVER = "rtmps://live.example.org:443/live/"
HOSTILE = [
    "plain",
    "with space",
    " both ends ",
    "$HOME ${HOME} $(id) `id`",
    "'single' \"double\"",
    "\\ \\\\ \\n \\",
    "# ; & | < > ! * ? [a] {b,c} ~ % %n %%",
    "a=b",
    "Gänge Ω 🎥",
]
SHELLS = [shell for shell in ("sh", "bash", "dash", "busybox") if shutil.which(shell)]
SYSTEMD = sorted(Path("/usr/lib").glob("**/libsystemd-shared-*.so"))
texts = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), max_size=30).filter(str.isprintable)


def write(path: Path, key: str) -> dict[str, str]:
    """The file for an encoder, and the variables that it is to hold."""
    path.write_bytes(contents_of(Livestream(ingest_server=SERVER, stream_key=key))["ffmpeg.env"])
    return {"INGEST_SERVER": SERVER, "STREAM_KEY": key, "STREAM_URL": SERVER + key}


@pytest.mark.parametrize("key", HOSTILE)
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_reads_the_file_back(tmp_path: Path, shell: str, key: str) -> None:
    wanted = write(tmp_path / "ffmpeg.env", key)
    script = '. ./ffmpeg.env; printf "%s\\0" "$INGEST_SERVER" "$STREAM_KEY" "$STREAM_URL"'
    command = [shell, *(["sh"] if shell == "busybox" else []), "-euc", script]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"})
    assert ran.stdout.decode().split("\0")[:3] == list(wanted.values())
    assert ran.stderr == b""


def by_systemd(path: Path) -> dict[str, str]:
    """What systemd's parser of EnvironmentFile= makes of a file."""
    systemd, libc = ctypes.CDLL(str(SYSTEMD[0])), ctypes.CDLL(None)
    libc.fopen.restype = ctypes.c_void_p
    strings = ctypes.POINTER(ctypes.c_char_p)
    systemd.load_env_file.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(strings)]
    libc.fclose.argtypes = [ctypes.c_void_p]
    file, result = libc.fopen(str(path).encode(), b"r"), strings()
    try:
        assert systemd.load_env_file(file, str(path).encode(), ctypes.byref(result)) == 0
    finally:
        libc.fclose(file)
    found: dict[str, str] = {}
    while (item := result[len(found)]) is not None:
        name, _equals, value = item.decode().partition("=")
        found[name] = value
    return found


@pytest.mark.skipif(not SYSTEMD, reason="how systemd reads files: install systemd")
@pytest.mark.parametrize("key", HOSTILE)
def test_systemd_reads_the_file_back(tmp_path: Path, key: str) -> None:
    wanted = write(tmp_path / "ffmpeg.env", key)
    assert by_systemd(tmp_path / "ffmpeg.env") == wanted


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="how systemd reads files: install systemd")
def test_the_unit_in_the_guide_is_one(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "docs/docsite/rst/guide_encoders.rst").read_text()
    block = guide.split(".. code-block:: ini\n")[1].split("\nsystemd reads")[0]
    unit = tmp_path / "encoder@.service"
    # Whether ffmpeg is installed here is no matter of the unit's.
    unit.write_text(textwrap.dedent(block).strip().replace("/usr/bin/ffmpeg", "/bin/true") + "\n")
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(unit)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [line for line in ran.stderr.splitlines() if "encoder@" in line] == []
    assert ran.returncode == 0


def unquoted(text: str) -> str:
    """What POSIX says of double quotes, and systemd does as well: a backslash counts before these characters only."""
    assert text[0] == text[-1] == '"'
    found, rest = "", text[1:-1]
    while rest:
        if rest[0] == "\\" and rest[1] in '$`"\\':
            rest = rest[1:]
        else:
            assert rest[0] not in '$`"'
        found, rest = found + rest[0], rest[1:]
    return found


@given(texts)
@example("\\")
def test_every_printable_value_is_quoted_so_that_it_can_be_read_back(value: str) -> None:
    assert unquoted(quoted(value)) == value


@pytest.mark.parametrize("server", ["rtmps://a/live", "rtmps://a/live/", "rtmps://a/live//"])
@pytest.mark.parametrize("key", ["k", "/k"])
def test_server_and_key_are_joined_by_one_slash(server: str, key: str) -> None:
    contents = contents_of(Livestream(ingest_server=server, stream_key=key))
    assert b'STREAM_URL="rtmps://a/live/k"' in contents["ffmpeg.env"].splitlines()


@pytest.mark.parametrize("key", HOSTILE)
def test_obs_reads_its_file(key: str) -> None:
    found = json.loads(contents_of(Livestream(ingest_server=SERVER, stream_key=key))["service.json"])
    assert found == {"type": "rtmp_custom", "settings": {"server": SERVER, "key": key, "use_auth": False}}


@pytest.mark.parametrize("bad", ["a\nb", "a\rb", "a\0b", "a\x1bb", "a\x85b", "a\u2028b", "\ud800"])
def test_control_characters_are_refused_without_being_told(bad: str) -> None:
    for livestream in (
        Livestream(id="l1", ingest_server=SERVER, stream_key=f"secret{bad}"),
        Livestream(id="l1", ingest_server=f"secret{bad}", stream_key="k"),
    ):
        with pytest.raises(StateUnreachable, match="l1 holds a control character") as failure:
            contents_of(livestream)
        assert "secret" not in str(failure.value)


@pytest.mark.parametrize(
    ("livestream", "text"),
    [
        (Livestream(id="l1", ingest_server=SERVER), "no stream key of the livestream l1"),
        (Livestream(id="l1", stream_key="secret"), "no ingest server of the livestream l1"),
    ],
)
def test_what_the_api_does_not_tell(livestream: Livestream, text: str) -> None:
    with pytest.raises(StateUnreachable, match=text) as failure:
        contents_of(livestream)
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize(
    ("entries", "text"),
    [
        ([{"name": "a", "id": "1", "meeting_id": "2"}], r"livestreams\[0\]: give only one of id, meeting_id"),
        ([{"name": "a"}, {"name": "b", "id": "../x"}], r"livestreams\[1\]: id is not an ID"),
        ([{"name": "../a", "id": "1"}], "name cannot be a folder's"),
        ([{"name": "a", "id": "1"}, {"name": "A", "id": "2"}], "differ in more than case"),
    ],
)
def test_bad_entries(entries: list[dict[str, Any]], text: str) -> None:
    with pytest.raises(InvalidRequest, match=text):
        entries_of({"livestreams": entries})


def test_blanks_are_not_given() -> None:
    (entry,) = entries_of({"livestreams": [{"name": "a", "id": " ", "meeting_id": None}]})
    assert (entry.livestream_id, entry.meeting_id) == (None, None)


class TestThere:
    """From the process that fetches to the host that writes, and back."""

    def test_there_and_back(self, tmp_path: Path) -> None:
        contents = contents_of(Livestream(ingest_server=SERVER, stream_key=HOSTILE[4]))
        params = {
            "state": "present",
            "path": str(tmp_path),
            "timeout": 30.0,
            "_contents": sent({"stage": contents, ".bad": contents}),
        }
        with pytest.raises(InvalidRequest):
            write_sent(params, Context())
        (tmp_path / "link").symlink_to(tmp_path)
        params["_contents"] = sent({"stage": contents, "link": contents})
        outcome = write_sent(params, Context())
        placed = placed_there(json.loads(json.dumps({"changed": outcome.changed, **outcome.values})))
        assert placed.paths == [f"{tmp_path}/stage/{file}" for file in contents]
        assert placed.changes[0] == Change(f"{tmp_path}/stage", "absent", "folder, mode 0700")
        assert placed.failures == [("link", f"{tmp_path}/link is a symbolic link: nothing is written through it")]
        for file, content in contents.items():
            assert (tmp_path / "stage" / file).read_bytes() == content

    def test_a_host_that_fails(self) -> None:
        with pytest.raises(FileFailed, match=r"^/x: No space left on device$") as failure:
            placed_there({"failed": True, "changed": True, "msg": "/x: No space left on device"})
        assert failure.value.changed
        needed = r"; the host needs Python 3\.8 or later$"
        with pytest.raises(FileFailed, match=f"^The host gave no answer{needed}"):
            placed_there({})
        # As ansible-core tells of a module that its Python could not read.
        values = {"failed": True, "msg": "MODULE FAILURE", "module_stdout": "", "module_stderr": "x\nSyntaxError: no"}
        with pytest.raises(FileFailed, match=f"^MODULE FAILURE: SyntaxError: no{needed}"):
            placed_there(values)

    def test_without_the_action_plugin(self) -> None:
        with pytest.raises(InvalidRequest, match="which did not run"):
            write_sent({"path": "/x", "_contents": None}, Context())

    def test_nothing_is_nothing(self) -> None:
        assert placed_there({"paths": [], "changes": [], "failures": [], "kept": []}) == Placed()


class TestRemoving:
    """With state absent."""

    def removing(self, livestreams: list[dict[str, Any]], placed: Placed) -> tuple[Outcome, list[Folders]]:
        """What comes of it, and what was handed to the one who removes. There is no API that could be asked."""
        handed: list[Folders] = []

        def place(folders: Folders, _context: Context) -> Placed:
            handed.append(folders)
            return placed

        params = {"state": "absent", "livestreams": livestreams, "concurrency": 4, "required": True}
        return write_credentials(cast(RealtimeApi, None), params, Context(), place), handed

    def test_only_names_count_and_no_content_is_handed_on(self) -> None:
        livestreams = [{"name": "a", "id": "../x", "meeting_id": "y"}, {"name": "b"}]
        outcome, handed = self.removing(livestreams, Placed())
        assert handed == [{"a": {}, "b": {}}]
        assert outcome == Outcome(False, {"files": [], "written": [], "removed": [], "missing": []}, [])

    def test_odd_names_do_not_keep_the_other_files(self) -> None:
        """What is left over of an event has any names, and perhaps one twice: listed rooms' keys go all the same."""
        livestreams = [{"name": name} for name in ("a", "A", "a", "b/c", "")]
        outcome, handed = self.removing(livestreams, Placed())
        assert handed == [{"a": {}, "A": {}}]
        assert outcome.failure is None
        assert [text for text in outcome.warnings if "'b/c' is no name of a folder" in text]

    def test_what_is_told(self) -> None:
        placed = Placed(
            changes=[Change("/x/b/ffmpeg.env", "present", "absent"), Change("/x/a", "folder", "absent")],
            failures=[("c", "/x/c: Operation not permitted")],
            kept=["/x/b is kept: 'scene' is in it"],
        )
        outcome, _handed = self.removing([{"name": name} for name in "abc"], placed)
        assert outcome.changed
        assert outcome.values["removed"] == ["/x/a", "/x/b/ffmpeg.env"]
        assert outcome.warnings == ("/x/b is kept: 'scene' is in it",)
        assert outcome.failure == "1 of 3 livestreams failed: c: /x/c: Operation not permitted"
        assert [(item["before"], item["after"]) for item in outcome.diff or []] == [
            ("present\n", "absent\n"),
            ("folder\n", "absent\n"),
        ]

    def test_there_and_back(self, tmp_path: Path) -> None:
        root = tmp_path / "root"
        (root / "stage").mkdir(parents=True)
        (root / "other").mkdir()
        for file in ("ffmpeg.env", "service.json", "service.json.bak"):
            (root / "stage" / file).write_text("secret")
        (root / "other/scene").write_text("mine")
        params = {"state": "absent", "path": str(root), "timeout": 30.0, "_contents": sent({"stage": {}, "other": {}})}
        outcome = write_sent(params, Context())
        told = json.dumps({"changed": outcome.changed, **outcome.values})
        placed = placed_there(json.loads(told))
        assert len(placed.changes) == 4
        assert placed.kept == [f"{root}/other is kept: 'scene' is in it"]
        assert "secret" not in told
        assert [path.name for path in root.rglob("*")] == ["other", "scene"]
