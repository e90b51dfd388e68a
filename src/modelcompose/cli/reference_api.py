"""The reference page of the hub's own API: every call, from the values that it takes and gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelcompose.hub.api.endpoint import Endpoint

_HEAD = """\
# The hub's API

`/api/v1` is the hub's own API, beside [MLflow's protocol](mlflow.md): JSON over HTTP.
Each hub describes it whole, with every field, at `GET /api/v1/openapi.json` (OpenAPI 3.1), for clients to be made from and for tools to read.

```console
$ curl 'http://127.0.0.1:4750/api/v1/runs?filter=metrics.auc+>+0.7&sort=-metrics.auc&limit=3'
$ curl 'http://127.0.0.1:4750/api/v1/runs/groups?by=params.LR&of=metrics.auc'
$ curl -H 'Authorization: Bearer mc_…' https://hub.example.org/api/v1/models
```

- What `--format json` prints on the command line has the same shapes.
- A list in a query is separated by commas, or the name is repeated.
- A list of runs comes page by page: `next_page` of one answer is `page` of the next request; it is null on the last.
- Times are seconds since the epoch; units stand in names, such as `size_bytes`.
- A number that is NaN or infinite is null.
- An error has a `code`, a `message` that says where and what, and a `hint`, with a fitting HTTP status.
- A token sees its projects alone; [tokens](../guides/team-hub-deployment.md) are not needed on this machine.

## Calls

What stands in braces is a part of the path.

| call | what it does | takes |
| --- | --- | --- |
"""  # noqa: E501, documentation has one sentence a line

_EVENTS = """
## Live updates

`GET /api/v1/events` is a stream of server-sent events.
First comes `state`, with all runs that are watched: the newest 200, and those that go on.
Then `run` comes for each that changed, and `gone` with the id of one that was deleted, or is not among the newest any more.
`points` of a run tells how many points its metrics have: when it grows, there is more to draw.
A stream ends after 15 minutes; browsers and other clients of this kind come again by themselves.

```console
$ curl -N 'http://127.0.0.1:4750/api/v1/events?project=flights'
```

## Lineage

`of` names where to begin: a run's id, `sha256:…` of data, `MODEL@VERSION`, or `PROJECT/SERVICE`.
`direction` is `up` to what it was made of, `down` to what was made of it, or `both`.

## Charts

`GET /api/v1/series` gives the series of up to 200 runs at once.
A series of no more points than `width` comes whole, in `points`; a longer one in `buckets`, each with the lowest, the highest, the mean and the last value.
`start` and `end` choose a range on the `axis` (`step`, `time` or `relative`), so that zooming in ends at the points themselves.

`GET /api/v1/series/columns` gives the same as `application/octet-stream`, for typed arrays: a little-endian uint32 with the length of what follows, a JSON header padded so that columns begin at multiples of 8, then the columns, little-endian float64.
The header names the columns of `points` and of `buckets`, and for each series its kind, how long its columns are (`size`), and where each begins after the header (`at`): columns that are the same, such as the steps of many runs, are there once.
Buckets come in whole spans as they are kept, at most one level finer than `level` (a bucket is 2^`level` wide) or what `width` gives.
Series of no more points than `width` come as points; with `points`, also longer ones of which no buckets are kept, up to four times the width.
From `start` to before `end` of a series the answer has everything (null: nothing comes before or after); ask from `last` on for what has come since.
"""  # noqa: E501, documentation has one sentence a line


def page() -> str:
    """Give the page as Markdown."""
    from modelcompose.hub.api.routes import described

    calls = sorted(described(), key=lambda one: (one.path, one.method))
    return "".join([_HEAD, *map(_row, calls), _EVENTS])


def _row(endpoint: Endpoint) -> str:
    import msgspec

    from modelcompose.hub.api.endpoint import ROOT

    fields = [field.encode_name for field in msgspec.structs.fields(endpoint.takes)]
    asked = [f"`{name}`" for name in fields if f"{{{name}}}" not in endpoint.path]
    call = f"`{endpoint.method} {ROOT}{endpoint.path}`"
    return f"| {call} | {endpoint.summary} | {', '.join(asked)} |\n"
