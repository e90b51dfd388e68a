"""What a report says, and where and what is wrong in one."""

from __future__ import annotations

import pytest

from modelcompose.errors import GrammarError
from modelcompose.reporting.grammar import BLOCKS, Chart, Choice, Table
from modelcompose.reporting.parsing import checked, parse
from modelcompose.reporting.report import BlockFault, Placed, Prose, Report


def block(language: str, text: str) -> str:
    return f"Words.\n\n```{language}\n{text}\n```\n"


def only_fault(text: str) -> BlockFault:
    (fault,) = parse(text, "results").faults
    return fault


def kinds(report: Report) -> list[str]:
    return ["prose" if isinstance(one, Prose) else one.kind for one in report.pieces]


def test_prose_and_blocks_come_in_their_order_with_their_lines() -> None:
    report = parse("# Title\n\n```chart\nmetrics: loss\n```\n\nMore.\n", "results")
    title, chart, more = report.pieces
    assert title == Prose("# Title", 1)
    assert isinstance(chart, Placed)
    assert (chart.line, chart.keys, chart.source) == (3, Chart(metrics="loss"), "metrics: loss\n")
    assert more == Prose("More.", 7)


def test_every_live_block_has_a_form_that_is_right() -> None:
    right = {
        "chart": "metrics: [loss, /val.*/]\nx: time\nsmoothing: 0.9\nlog: xy\nrange: [0, null]",
        "table": "columns: {AUC: metrics.auc}\nsort: [-metrics.auc]\nlimit: 5",
        "runs": "name: best\nfilter: metrics.auc > 0.7",
        "compare": "runs: [train, evaluate]\nshow: [params]",
        "metric": "metric: auc\nof: max\nthan: baseline",
        "model": "model: delay@champion\ncard: true",
        "image": "path: plots/roc.png\nrun: train\nwidth: 400",
    }
    assert set(right) == set(BLOCKS)
    text = "".join(block(language, body) for language, body in right.items())
    assert parse(text, "results").faults == ()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: Told\n---\n\n# Heading\n", "Told"),
        ("# Heading `code` #\n\nText", "Heading `code`"),
        ("Text first\n\n# Later\n", "results"),
        ("", "results"),
    ],
)
def test_the_title_is_what_is_told_else_the_heading_else_the_name(text: str, title: str) -> None:
    assert parse(text, "results").title == title


@pytest.mark.parametrize(
    "text",
    [
        "```python\nmetrics: 3\n```\n",
        "    ```chart\n    metrics: 3\n    ```\n",
        "- item\n\n  ```chart\n  nothing: 3\n  ```\n",
        "> ```chart\n> nothing: 3\n> ```\n",
        "````markdown\n```chart\nnothing: 3\n```\n````\n",
        "<!--\n```chart\nnothing: 3\n```\n-->\n",
        "```Chart\nnothing: 3\n```\n",
    ],
)
def test_what_is_no_live_block_stays_prose(text: str) -> None:
    assert kinds(parse(text, "results")) == ["prose"]


@pytest.mark.parametrize(
    ("fence", "opening"),
    [("~~~", "~~~ chart"), ("`````", "`````chart title"), ("```", " ```chart")],
)
def test_a_live_block_may_have_any_fence_of_commonmark(fence: str, opening: str) -> None:
    assert kinds(parse(f"{opening}\nmetrics: loss\n{fence}\n", "results")) == ["chart"]


@pytest.mark.parametrize(
    ("language", "text", "place", "said", "hint"),
    [
        ("chart", "metrics: loss\nlimt: 3", (5, 1), "chart: limt: unknown key", "mean limit?"),
        ("chart", "x: step", (3, 1), "chart: the key metrics is missing", None),
        ("chart", "metrics: [a, /(/]", (4, 14), "chart: metrics[1]: no regular expression", None),
        ("chart", "metrics: a\nsmoothing: 1.5", (5, 1), "from 0 to below 1, found 1.5", None),
        ("chart", "metrics: a\nlimit: 500", (5, 1), "from 1 to 200, found 500", None),
        ("chart", "metrics: a\nlog: z", (5, 1), 'expected x, y or xy, found "z"', None),
        ("chart", "metrics: a\nrange: [1]", (5, 1), "two numbers, such as [0, 1]", None),
        ("chart", "metrics: a\nrange: [3, 1]", (5, 1), "lower number first, found 3, 1", None),
        ("chart", "metrics: a\nheight: 3", (5, 1), "pixels from 120 to 1000, found 3", None),
        ("chart", "metrics: a\ngroup: lr", (5, 1), "a run has no field 'lr'", "params.NAME"),
        ("chart", "metrics: a\nlabel: [step, lr]", (5, 15), "a run has no field 'lr'", None),
        ("table", "- a", (3, 1), "table: expected a map, found a list", None),
        ("table", "columns: [step, metricz.auc]", (4, 17), "no field 'metricz.auc'", None),
        ("table", "columns: {A: stepp}", (4, 11), "no field 'stepp'", "did you mean 'step'?"),
        ("table", "sort: -stepp", (4, 1), "no field 'stepp'", "did you mean 'step'?"),
        ("table", 'runs: "metrics.auc >"', (4, 1), "expected a value, found the end", None),
        ("table", "runs: {filtr: x}", (4, 8), "table: runs.filtr: unknown key", "mean filter?"),
        ("table", "runs: {filter: step = a, runs: [b]}", (4, 26), "or named: not both", None),
        ("table", "runs: {filter: stp = a}", (4, 8), "no field 'stp'", "did you mean 'step'?"),
        ("table", "runs: [1]", (4, 8), "a run's id, name or step", "in quotes"),
        ("runs", "name: a b\nfilter: step = a", (4, 1), "a name, without spaces", None),
        ("runs", "name: a\nfilter: step = a\nruns: [b]", (6, 1), "or named: not both", None),
        ("compare", "runs: []", (4, 1), "a list of two to ten runs", None),
        ("compare", "runs: [a, b]\nshow: [parms]", (5, 8), "params, metrics, inputs", None),
        ("metric", "metric: [auc", (5, 1), "metric: no YAML", "KEY: VALUE"),
        ("metric", "metric: auc\nof: middle", (5, 1), "last, min, max, mean or best", None),
        ("model", "model: delay", (4, 1), "NAME@ALIAS or NAME@VERSION", None),
        ("image", "path: ../secret.png", (4, 1), "from the run's artifacts", None),
        ("image", "path: /etc/x.png", (4, 1), "from the run's artifacts", None),
        ("chart", "metrics: a\nmetrics: b", (5, 1), "already defined at line 1", None),
        ("chart", "x: &a [*a]", (4, 4), "recursive", None),
        ("chart", "? [a]\n: b", (4, 1), "a key that is no text", None),
    ],
)
def test_a_fault_names_line_what_was_found_and_the_nearest_valid_key(
    language: str, text: str, place: tuple[int, int], said: str, hint: str | None
) -> None:
    fault = only_fault(block(language, text))
    assert said in fault.message
    assert hint is None or hint in (fault.hint or "")
    assert ((fault.line, fault.column), fault.kind) == (place, language)


def test_a_fault_in_the_front_matter_has_its_line_too() -> None:
    fault = only_fault("---\ntitel: x\n---\n")
    assert (fault.line, fault.column) == (2, 1)
    assert fault.message == "front matter: titel: unknown key"
    assert fault.hint == "did you mean title?"


def test_two_run_sets_of_one_name_are_refused() -> None:
    twice = block("runs", "name: best\nfilter: step = a") * 2
    assert "best is the run set of line 3" in only_fault(twice).message


def test_all_that_is_wrong_is_told_at_once_with_the_file() -> None:
    report = parse(block("chart", "x: step") + block("table", "limt: 1"), "results")
    with pytest.raises(GrammarError) as raised:
        checked(report, "reports/results.md")
    first, second = raised.value.message.splitlines()
    assert first == "reports/results.md:3:1: chart: the key metrics is missing"
    assert second.startswith("reports/results.md:9:1: table: limt: unknown key")


def test_runs_are_a_filter_a_name_a_list_or_a_map() -> None:
    for text, value in {
        "step = train": "step = train",
        "best": "best",
        "[a, b]": ("a", "b"),
        "{filter: step = a, sort: -created}": Choice(filter="step = a", sort="-created"),
    }.items():
        (_, one) = parse(block("table", f"runs: {text}"), "results").pieces
        assert isinstance(one, Placed)
        assert isinstance(one.keys, Table)
        assert one.keys.runs == value


def test_line_ends_of_windows_and_a_byte_order_mark_change_nothing() -> None:
    text = "---\ntitle: T\n---\n\n```table\nlimt: 1\n```\n"
    assert parse("\ufeff" + text.replace("\n", "\r\n"), "r").faults == parse(text, "r").faults


def test_links_are_defined_for_the_whole_report_and_images_are_listed() -> None:
    text = "See [x].\n\n```table\nlimit: 1\n```\n\n![roc](roc.png)\n\n[x]: https://example.org\n"
    report = parse(text, "results")
    assert report.references == "[X]: <https://example.org>"
    assert report.images == ("roc.png",)


def test_yaml_that_would_not_end_is_refused() -> None:
    bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
    for name, before in zip("bcdefgh", "abcdefg", strict=True):
        bomb += f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    assert "aliases" in only_fault(block("table", bomb.strip())).message
    assert "levels" in only_fault(block("table", "a: " + "[" * 400)).message


@pytest.mark.parametrize(
    ("line", "title"),
    [("# A #", "A"), ("#  C#", "C"), ("#tag", "name"), ("# ", "name"), ("## A", "name")],
)
def test_the_title_is_the_first_heading(line: str, title: str) -> None:
    assert parse(f"{line}\n", "name").title == title


def test_a_long_heading_is_read_at_once() -> None:
    heading = f"a{' ' * 50_000}b"
    assert parse(f"# {heading}\n", "name").title == heading
