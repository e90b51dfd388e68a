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
            "MODELCOMPOSE_HUB",
            "runs stay in this user's own hub",
            "The address of the shared hub that runs are sent to as well, where a project's "
            "`x-ml.hub` does not say.",
        ),
        Setting(
            "MODELCOMPOSE_HUB_TOKEN",
            "what `modelcompose hub login` keeps",
            "The token with which runs are sent to the shared hub.",
        ),
        Setting(
            "MODELCOMPOSE_HUB_DATABASE",
            "`hub.db` in the home folder",
            "The database of `modelcompose hub`, as `--database` says it. "
            "An address with a password belongs here: a flag's value is seen by all who list "
            "the machine's processes.",
        ),
        Setting(
            "MODELCOMPOSE_HUB_ARTIFACTS",
            "`artifacts` in the home folder",
            "Where `modelcompose hub` keeps artifacts, as `--artifacts` says it. "
            "Keys, regions and endpoints of a bucket are its vendor's own variables, "
            "such as `AWS_ACCESS_KEY_ID` and `AWS_ENDPOINT_URL`.",
        ),
        Setting(
            "MODELCOMPOSE_HUB_PATIENCE",
            "`60s`",
            "How long the hub that `up` starts for tracked services goes on once none of them "
            "runs any more.",
        ),
        Setting(
            "MODELCOMPOSE_HUB_LOST_AFTER",
            "`24h`",
            "After how long a silence of its client a run counts as killed, so that nothing is "
            "running for ever; the client's next call brings it back. `0` is never.",
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
        Setting(
            "MODELCOMPOSE_SPOOL",
            "set in steps, beside `MLFLOW_TRACKING_URI`, `MLFLOW_TRACKING_TOKEN`, "
            "`MLFLOW_EXPERIMENT_ID` and `MLFLOW_RUN_ID`",
            "The folder that `modelcompose_sdk` writes to what a step logs. "
            "Where a step's own environment, or its image, sets `MLFLOW_TRACKING_URI`, "
            "none of MLflow's variables is set.",
        ),
        Setting(
            "MODELCOMPOSE_SPOOL_RUN",
            "set in steps",
            "The run that what is in that folder belongs to.",
        ),
        Setting(
            "MODELCOMPOSE_DELIVERY",
            "set to `host` in steps",
            "`host`: the command that runs the step delivers what is in that folder, "
            "and `modelcompose_sdk` itself sends nothing.",
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

_MLFLOW = Group(
    "Of MLflow's client",
    "`hub import mlflow` gives them to the server that it asks, as MLflow's client does.",
    (
        Setting("MLFLOW_TRACKING_USERNAME", "none", "The name, with a password."),
        Setting("MLFLOW_TRACKING_PASSWORD", "none", "The password of the name."),
        Setting("MLFLOW_TRACKING_TOKEN", "none", "The token, where there is no name."),
        Setting(
            "MLFLOW_TRACKING_INSECURE_TLS",
            "`false`",
            "`true` takes any certificate: for a server of your own, on your own network.",
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
        Setting(
            "AZURE_STORAGE_ENDPOINT",
            "Azure's",
            "The same for an `az://` remote.",
        ),
        Setting(
            "GOOGLE_SERVICE_ACCOUNT_KEY",
            "none",
            "The account for a `gs://` remote, as JSON; `gcs_base_url` in it is its server.",
        ),
        Setting(
            "HTTPS_PROXY",
            "none",
            "The proxy by which a registry, or a source at `https://`, is reached; "
            "`https_proxy` comes first.",
        ),
        Setting(
            "HTTP_PROXY", "none", "The same for sources at `http://`; `http_proxy` comes first."
        ),
        Setting("ALL_PROXY", "none", "The proxy where neither is set."),
        Setting(
            "NO_PROXY",
            "this machine alone",
            "What is reached without a proxy: hosts, `.domains`, networks, `*`; with commas.",
        ),
        Setting(
            "AWS_PROFILE",
            "`default`",
            "Which profile of `AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE` a remote of "
            "DVC's is read with, where neither DVC nor the environment holds keys.",
        ),
        Setting(
            "AWS_SHARED_CREDENTIALS_FILE",
            "`~/.aws/credentials`",
            "Where keys for a remote of DVC's in a bucket are looked up.",
        ),
        Setting("AWS_CONFIG_FILE", "`~/.aws/config`", "Where its region is looked up."),
        Setting(
            "DVC_GLOBAL_CONFIG_DIR",
            "DVC's own",
            "The folder of this user's configuration of DVC, for a project that DVC tracks.",
        ),
        Setting("DVC_SYSTEM_CONFIG_DIR", "DVC's own", "The same for every user of the machine."),
        Setting(
            "NETRC",
            "`~/.netrc`",
            "Where the user and the password for a source at `https://` are looked up.",
        ),
        Setting("VIRTUAL_ENV", "none", "Set by `modelcompose demo` for steps run as processes."),
    ),
)

GROUPS = (_OURS, _COMPOSE, _DOCKER, _MLFLOW, _SYSTEM)
"""Every variable, with what it belongs to."""

SETTINGS = tuple(setting for group in GROUPS for setting in group.settings)
