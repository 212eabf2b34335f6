# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that somebody might write where something else is meant, and strategies that make more of them."""

from __future__ import annotations

import datetime
from typing import Any

from hypothesis import strategies

TEXTS: dict[str, str] = {
    "empty": "",
    "blank": " \t ",
    "a space around": " x ",
    "huge": "x" * 20_000,
    "combining": "e\u0301\u0323" * 40,
    "right to left": "\u202eedoc\u202c \u2066x\u2069",
    "invisible": "a\u200b\u200d\u2060b\ufeff",
    "emoji": "\U0001f3f4\u200d\u2620\ufe0f",
    "NUL": "a\x00b",
    "line breaks": "a\nb\r\nc\u2028d\x85e",
    "terminal": "\x1b[2J\x1b]0;owned\x07\x9b31m\x7f",
    "lone surrogate": "a\ud800b",
    "lone surrogates": "\udc80\udcff",
    "not a character": "\ufffe\uffff",
    "Jinja expression": "{{ 7 * 7 }}",
    "Jinja lookup": "{{ lookup('ansible.builtin.pipe', 'id') }}",
    "Jinja statement": "{% for x in range(9) %}x{% endfor %}{# c #}",
    "shell": "$(id) `id` ; id | id && id > /tmp/x ${HOME} ~root *",
    "quotes": "'\"\\'\"",
    "format": "%s%n%(x)s{0}{x!r}",
    "markup": "<script>alert(1)</script>&amp;",
    "up": "../../..",
    "one up": "..",
    "here": ".",
    "up, encoded": "%2e%2e%2f%2e%2e",
    "slash": "a/b",
    "slash, encoded": "a%2Fb",
    "backslash": "a\\..\\b",
    "query": "a?x=y&per_page=1",
    "fragment": "a#b",
    "parameters": "a;b=c",
    "another host": "//other.example.org/x",
    "a URL": "https://user:pw@other.example.org:99999/x?y#z",
    "header": "x\r\nX-Injected: yes\r\n\r\nGET / HTTP/1.1",
    "JSON": '{"a": [1, null]}',
    "YAML": "- a\n- &b [*b]\n",
    "YAML tag": "!!python/object/apply:os.system ['id']",
    "option": "--help",
    "no number": "NaN",
    "infinite": "-Infinity",
    "number": "0x1F",
    "huge number": "9" * 400,
    "true": "yes",
    "null": "null",
}
OTHERS: dict[str, Any] = {
    "null": None,
    "true": True,
    "zero": 0,
    "negative": -1,
    "huge integer": 10**400,
    "beyond 64 bits": 2**64,
    "tiny": 1e-300,
    "huge float": 1.7e308,
    "NaN": float("nan"),
    "infinite": float("inf"),
    "negative infinite": float("-inf"),
    "an empty list": [],
    "a list": ["x", 1, None, {"y": "z"}],
    "a list of lists": [[["x"]]],
    "an empty object": {},
    "an object": {"x": {"y": ["z"]}},
    "an odd key": {"../\n\x1b": "x"},
    "a number as key": {7: "x"},
    "a date": datetime.date(2027, 8, 20),
    "a date as key": [{datetime.date(2027, 8, 20): "x"}],
}
VALUES: dict[str, Any] = {**TEXTS, **OTHERS}

ODD = "\x00\x1b\x7f\x85\x9b\u0301\u200d\u2028\u202e\u2066\ufeff\ud800\udfff\uffff\U0001f3f4./\\%?#;&=:@\r\n {}'\"`$"

texts = strategies.one_of(
    strategies.text(strategies.characters(), max_size=30),
    strategies.text(strategies.sampled_from(ODD + "ae29"), max_size=30),
    strategies.sampled_from(sorted(TEXTS.values())),
)
scalars = strategies.one_of(strategies.none(), strategies.booleans(), strategies.integers(), strategies.floats(), texts)
anything = strategies.recursive(
    scalars,
    lambda inner: strategies.lists(inner, max_size=4) | strategies.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
