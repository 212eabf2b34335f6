# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tasks in the controller's process do beyond reconciling."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.eventops.cloudflare.plugins.plugin_utils import in_process

SECRETS = ("key", "7", "a key of many words", "naïve", "True")
# Texts with secrets in them, and without.
texts = st.lists(st.sampled_from([*SECRETS, "", "-", "y", "no secret"]), max_size=3).map("".join)
scalars = texts | st.none() | st.booleans() | st.integers(-100, 100) | st.floats(allow_nan=False)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=8)


@pytest.mark.skipif(in_process.MASKED_BY_CORE, reason="masking of results: this ansible-core masks the output instead")
@given(result=st.dictionaries(texts, values), secrets=st.sets(st.sampled_from(SECRETS)))
def test_a_result_is_masked_as_core_masks_that_of_a_module(result: dict[str, Any], secrets: set[str]) -> None:
    expected = in_process.remove_values(result, secrets)
    masked = in_process.mask(result, secrets)
    assert masked == expected
    assert repr(masked) == repr(expected), "True is no 1"
