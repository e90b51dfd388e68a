from __future__ import annotations

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from modelcompose.hub.previews import log_lines
from modelcompose.hub.previews.log_lines import BLOCK_BYTES, LineIndex
from modelcompose.hub.previews.log_search import finder, search_log

LOGS = st.lists(st.integers(0, 3 * BLOCK_BYTES // 2), max_size=6).map(
    lambda sizes: b"\n".join(b"x" * size for size in sizes)
)


def lines_of(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines


@given(LOGS, st.sampled_from([b"", b"\n"]))
@settings(max_examples=50, deadline=None)
def test_every_line_is_found_by_its_number(data: bytes, end: bytes) -> None:
    data += end
    index, log = LineIndex(), io.BytesIO(data)
    index.grow(log, len(data))
    wanted = lines_of(data)
    assert index.count(log, len(data)) == len(wanted)
    longest = log_lines.LONGEST_LINE_BYTES
    for number, line in enumerate(wanted):
        (found,) = index.read(log, number, 1, len(data), 1 << 30)
        assert found.rstrip("…") == line[:longest].decode()
        assert found.endswith("…") == (len(line) > longest)


def test_an_index_grows_with_its_log_and_begins_anew_where_it_is_shorter() -> None:
    index = LineIndex()
    for lines in (10, 50_000, 200_000, 3):
        log = io.BytesIO(b"abc\n" * lines)
        size = len(log.getvalue())
        index.grow(log, size)
        assert index.count(log, size) == lines
        assert index.begin_of(log, lines - 1, size) == 4 * (lines - 1)


def test_matches_are_found_over_the_edges_of_blocks() -> None:
    data = b"".join(b"line %d is %s\n" % (n, b"odd" if n % 2 else b"even") for n in range(100_000))
    found = search_log(io.BytesIO(data), finder("ODD", is_regex=False), 0, 10**6, 1 << 30)
    assert [one.lines_before for one in found.lines] == list(range(1, 100_000, 2))
    assert found.next_offset is None
    exact = search_log(io.BytesIO(data), finder(r"^line 4.*9 is", is_regex=True), 0, 5, 1 << 30)
    assert [one.text for one in exact.lines][:2] == ["line 49 is odd", "line 409 is odd"]


def test_a_search_goes_on_where_it_stopped() -> None:
    data = b"a\nb\na\na\n" * 10
    log, seen, offset = io.BytesIO(data), 0, 0
    while True:
        found = search_log(log, finder("a", is_regex=False), offset, 7, 1 << 30)
        seen += len(found.lines)
        if found.next_offset is None:
            break
        offset = found.next_offset
    assert seen == 30
