"""The environment variables that this program reads, or sets for what it starts: the whole list.

What each means to Compose or Docker is theirs to say; here stands what it changes here.
"""

from __future__ import annotations

from msgspec import Struct

from modelcompose.database.home import HOME_VARIABLE
from modelcompose.engine.leftovers import RUN_VARIABLE


class Setting(Struct, frozen=True):
    """One environment variable."""

    name: str
    default: str
    """What holds where it is not set, in words."""
    description: str


class Group(Struct, frozen=True):
    """Variables that belong to one program."""

    title: str
    introduction: str
    settings: tuple[Setting, ...]


_OURS = Group(
    "Of Model Compose",
    "A flag on the command line wins over its variable.",
    (
        Setting(
            HOME_VARIABLE,
            "the platform's folder for user data: `~/.local/share/modelcompose` on Linux, "
            "`~/Library/Application Support/modelcompose` on macOS",
            "Where this user's runs, their logs, and the content store are. "
            "It may be a folder on another disk; clones of one project share it.",
        ),
        Setting(
            "MODELCOMPOSE_ENGINE",
            "the engine last used in the project, else `docker`",
            "What runs the steps, as `--engine` says it: `docker` or `process`.",
        ),
        Setting(
            "NO_COLOR",
            "colours on a terminal",
            "Any value but an empty one turns colours off.",
        ),
        Setting(
            "TERM",
            "set by the terminal",
            "`dumb` turns colours off.",
        ),
        Setting(
            RUN_VARIABLE,
            "never to be set by hand",
            "Set in the processes that are started for a run, to its id. "
            "What a killed command left behind is found by it; "
            "a step of the process engine may read it.",
        ),
    ),
)

_COMPOSE = Group(
    "Of Docker Compose",
    "They mean what they mean to Compose, and choose the same project here.",
    (
        Setting("COMPOSE_FILE", "found by name", "The Compose files, as `--file`."),
        Setting(
            "COMPOSE_PATH_SEPARATOR", "`:`", "What stands between the files in `COMPOSE_FILE`."
        ),
        Setting("COMPOSE_PROFILES", "none", "The active profiles, separated by commas."),
        Setting("COMPOSE_PROJECT_NAME", "the folder's name", "The project's name."),
        Setting("COMPOSE_ENV_FILES", "`.env`", "The environment files, separated by commas."),
        Setting(
            "COMPOSE_PROGRESS",
            "`auto`",
            "How progress is shown, as `--progress`: `tty` is the live view, `plain` lines, "
            "`json` the event stream; `auto` chooses by the terminal.",
        ),
        Setting("COMPOSE_DISABLE_ENV_FILE", "`false`", "`true` leaves `.env` unread."),
        Setting(
            "COMPOSE_REMOVE_ORPHANS",
            "`false`",
            "Counts in Compose's own verbs; never when a step starts, "
            "which leaves other containers of the project alone.",
        ),
        Setting(
            "COMPOSE_IGNORE_ORPHANS",
            "`false`",
            "Counts in Compose's own verbs; `true` when a step starts.",
        ),
    ),
)

_DOCKER = Group(
    "Of Docker",
    "They choose the engine and its configuration. "
    "`docker ml` sets them from Docker's own options, such as `docker --context NAME ml`.",
    (
        Setting("DOCKER_HOST", "the context's", "The address of the engine."),
        Setting("DOCKER_CONTEXT", "the one in use", "The context that names the engine."),
        Setting(
            "DOCKER_CONFIG",
            "`~/.docker`",
            "The folder of Docker's configuration, contexts and plugins. "
            "`modelcompose plugin install` writes there.",
        ),
        Setting("DOCKER_TLS_VERIFY", "none", "Set by `docker --tlsverify ml`."),
        Setting(
            "DOCKER_CLI_HINTS", "none", "Set to `false` for the Docker commands that are started."
        ),
        Setting(
            "DOCKER_CLI_PLUGIN_SOCKET",
            "never to be set by hand",
            "Set by Docker, to tell `docker ml` to stop.",
        ),
    ),
)

_SYSTEM = Group(
    "Of the system",
    "",
    (
        Setting("PATH", "the system's", "Where `docker`, `git` and a step's programs are found."),
        Setting("HOME", "the user's", "What `~` stands for, in paths and in the Compose file."),
        Setting(
            "PWD",
            "the current folder",
            "The name by which the shell came to the current folder, when links lead there.",
        ),
        Setting(
            "CUDA_VISIBLE_DEVICES",
            "every GPU",
            "Set for a step of the process engine to the GPUs that it was given.",
        ),
        Setting(
            "AWS_ENDPOINT_URL",
            "Amazon's",
            "Where an `s3://` remote is served; without encryption on this machine alone. "
            "Keys and regions are taken from the vendor's other variables, too.",
        ),
        Setting("VIRTUAL_ENV", "none", "Set by `modelcompose demo` for steps run as processes."),
    ),
)

GROUPS = (_OURS, _COMPOSE, _DOCKER, _SYSTEM)
"""Every variable, with what it belongs to."""

SETTINGS = tuple(setting for group in GROUPS for setting in group.settings)
