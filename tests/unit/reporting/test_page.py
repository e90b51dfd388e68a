"""A built page: nothing in it can end what it stands in, and its policy lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest

from modelcompose.reporting.document import ReportDocument, ReportProse
from modelcompose.reporting.page import Data, Viewer, page

VIEWER = Viewer("console.log(1)", "body{color:red}")
HOSTILE = "</script><script>alert(1)</script><!-- \u2028 ]]> & {style}"


def document(text: str = HOSTILE, title: str = HOSTILE) -> ReportDocument:
    return ReportDocument(
        project="flights",
        name="results",
        title=title,
        blocks=(ReportProse(1, text),),
        runs={},
        images={},
        references="",
        faults=(),
    )


def test_nothing_in_the_data_can_end_the_script() -> None:
    built = page(Data(document(), []), VIEWER)
    assert built.count("<script") == 2
    assert built.count("</script>") == 2
    assert "<!--" not in built
    assert "&lt;/script&gt;" in built, "the title is escaped as text of HTML"
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', built)
    assert data is not None
    assert "\u2028" not in data[1]
    assert json.loads(data[1])["document"]["blocks"][0]["text"] == HOSTILE


def test_the_policy_names_just_this_script_and_these_styles() -> None:
    built = page(Data(document(), []), VIEWER)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', built)
    assert policy is not None
    for text in (VIEWER.script, VIEWER.style):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy[1].replace("&#x27;", "'")
        assert f">{text}</" in built
    assert policy[1].startswith("default-src 'none'")
    assert "unsafe" not in policy[1]


def test_the_same_data_give_the_same_bytes() -> None:
    assert page(Data(document(), []), VIEWER) == page(Data(document(), []), VIEWER)


@pytest.mark.parametrize("script", ["a</script>", "<!--", "a</SCRIPT x"])
def test_a_viewer_that_would_end_itself_is_refused(script: str) -> None:
    with pytest.raises(ValueError, match="end it"):
        page(Data(document(), []), Viewer(script, ""))
