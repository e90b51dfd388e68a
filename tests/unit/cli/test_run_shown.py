from __future__ import annotations

import pytest

from modelcompose.cli.run_shown import may_show_data


@pytest.mark.parametrize(
    "text",
    [
        "x-ml:\n  data: raw@v1",
        "x-ml:  # which one\n  # is shown\n  data: raw@v1",
        'x-ml: {data: "raw@v1"}',
        '{"x-ml": {"data": "raw@v1"}}',
        "x-ml: &shown\n  data: raw",
        "x-ml: *shown",
        "<<: *mount",
        "raw: {link: mount}",
        "raw:\n  link: 'mount'",
        "raw: {link: ${LINK}}",
        "x-ml :\n  data : raw",
    ],
)
def test_a_file_that_may_show_data_is_read_for_it(text: str) -> None:
    assert may_show_data(text)


@pytest.mark.parametrize(
    "text", ["x-ml:\n  step: {}", "volumes: [./data:/data]", "# x-ml: {data: raw}", "link: copy"]
)
def test_other_files_are_not(text: str) -> None:
    assert not may_show_data(text)
