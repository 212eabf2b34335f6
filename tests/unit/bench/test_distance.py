# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The benchmark's service is the same from near and from far."""

from __future__ import annotations

import socket
import threading

import requests

from bench.distance import distant
from bench.service import service


def test_the_service_answers_from_near_and_over_tls_from_far() -> None:
    with service() as found, requests.Session() as session:
        session.trust_env = False
        session.verify = str(found.authorities)
        session.headers["Authorization"] = f"Bearer {found.control.api_token}"
        urls = [f"{found.url(found.control.app_url, far)}/livestreams" for far in (False, True, True)]
        answers = [session.get(url, timeout=30) for url in urls]
        assert [answer.status_code for answer in answers] == [200] * 3
        assert [answer.url.partition(":")[0] for answer in answers] == ["http", "https", "https"]
        assert len({entry.client for entry in found.control.journal()}) == 2, "each connection is kept"


def test_what_is_sent_arrives_in_order_and_so_does_its_end() -> None:
    sent = [bytes([number]) * 40_000 for number in range(20)]
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def echo() -> None:
            connection, _address = listener.accept()
            with connection:
                while data := connection.recv(2**16):
                    connection.sendall(data)

        threading.Thread(target=echo, daemon=True).start()
        with (
            distant(listener.getsockname()[1], round_trip=0.002) as port,
            socket.create_connection(("127.0.0.1", port), timeout=30) as client,
        ):
            for part in sent:
                client.sendall(part)
            with client.makefile("rb") as answers:
                assert answers.read(sum(map(len, sent))) == b"".join(sent)
            client.shutdown(socket.SHUT_WR)
            assert client.recv(1) == b"", "the end came back"
