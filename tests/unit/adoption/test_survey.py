"""What a service reads, writes and takes as parameters, told from its files alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.adoption.conftest import Surveyed

DATA = {"data/raw/a.csv": "1", "params.yaml": "lr: 1"}
SCRIPTS: dict[str, tuple[str, list[str], list[str]]] = {
    "pandas": (
        "import pandas as pd\npd.read_csv('data/raw/a.csv').to_parquet('out/b.parquet')",
        ["data/raw/a.csv"],
        ["out/b.parquet"],
    ),
    "open": (
        "open('out.txt', mode='w').write(open('data/raw/a.csv').read())",
        ["data/raw/a.csv"],
        ["out.txt"],
    ),
    "pathlib": (
        (
            "from pathlib import Path\nROOT = Path(__file__).parent\n"
            "(ROOT / 'out' / 'm.txt').write_text((ROOT / 'data' / 'raw' / 'a.csv').read_text())"
        ),
        ["data/raw/a.csv"],
        ["out/m.txt"],
    ),
    "os.path": (
        (
            "import os, json\nBASE = '/app'\n"
            "json.dump({}, open(os.path.join(BASE, 'out', 'm.json'), 'w'))\n"
            "os.listdir(os.path.join(BASE, 'data/raw'))"
        ),
        ["data/raw"],
        ["out/m.json"],
    ),
    "argparse": (
        (
            "import argparse, joblib\np = argparse.ArgumentParser()\n"
            "p.add_argument('--input', default='data/raw/a.csv')\np.add_argument('--model-out')\n"
            "a = p.parse_args()\njoblib.load(a.input)\njoblib.dump(1, a.model_out)"
        ),
        ["data/raw/a.csv"],
        ["m.joblib"],
    ),
    "a function's parameter": (
        (
            "import pickle\ndef save(obj, path):\n    with open(path, 'wb') as f:\n"
            "        pickle.dump(obj, f)\nsave(1, 'm.pkl')"
        ),
        [],
        ["m.pkl"],
    ),
    "a variable": ("import os, torch\ntorch.save({}, os.environ['OUT_FILE'])", [], ["weights.pt"]),
    "a folder of many files": (
        (
            "import os\nos.makedirs('ckpt', exist_ok=True)\n"
            "for e in range(3):\n    open(f'ckpt/{e}.pt', 'w')"
        ),
        [],
        ["ckpt"],
    ),
    "keras, numpy and matplotlib": (
        "import numpy as np\nnp.save('a.npy', [])\nmodel.save('m.keras')\nplt.savefig('loss.png')",
        [],
        ["a.npy", "loss.png", "m.keras"],
    ),
    "a file of settings": (
        "import yaml\nc = yaml.safe_load(open('params.yaml'))\nopen('o.txt', 'w')",
        ["params.yaml"],
        ["o.txt"],
    ),
    "nothing to be told": ("import secretive\nsecretive.go()", [], []),
    "what is no Python": ("def (", [], []),
}


@pytest.mark.parametrize(("script", "read", "written"), SCRIPTS.values(), ids=SCRIPTS)
def test_what_a_script_reads_and_writes(
    surveyed: Surveyed, script: str, read: list[str], written: list[str]
) -> None:
    service = {
        "command": "python work.py --model-out m.joblib"
        if "argparse" in script
        else "python work.py",
        "environment": {"OUT_FILE": "weights.pt"},
    }
    found = surveyed({"it": service}, {**DATA, "work.py": script}).finding("it")
    assert found.inputs is not None
    assert sorted(found.inputs) == sorted([*read, "work.py"])
    assert sorted(found.written) == written


def test_modules_that_are_imported_are_inputs(surveyed: Surveyed) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/train.py": "from . import data\nfrom pkg.deep.model import M\nopen('m', 'w')",
        "pkg/data.py": "",
        "pkg/deep/__init__.py": "",
        "pkg/deep/model.py": "",
        **{f"pkg/other{number}.py": "" for number in range(9)},
    }
    found = surveyed({"it": {"command": "python -m pkg.train"}}, files).finding("it")
    assert found.inputs == (
        "pkg/__init__.py",
        "pkg/data.py",
        "pkg/deep/__init__.py",
        "pkg/deep/model.py",
        "pkg/train.py",
    )


def test_a_mount_of_its_own_tells_by_its_name_and_its_way(surveyed: Surveyed) -> None:
    service = {
        "image": "acme/trainer",
        "command": "train",
        "profiles": ["train"],
        "volumes": ["./data:/data:ro", "./models:/models", "./misc:/misc"],
    }
    found = surveyed({"it": service}, {"data/a": "1", "models/x": "", "misc/x": ""}).finding("it")
    assert (found.inputs, found.outputs) == (("data",), ("models",))


def test_the_dockerfile_tells_command_and_folder(surveyed: Surveyed) -> None:
    files = {
        "Dockerfile": 'FROM a AS b\nWORKDIR /x\nFROM b\nWORKDIR /app\nCMD ["python", "work.py"]\n',
        "work.py": "open('m.txt', 'w')",
    }
    found = surveyed({"it": {"build": ".", "working_dir": None}}, files).finding("it")
    assert (found.inputs, found.outputs) == (("work.py",), ("m.txt",))


def test_shell_scripts_are_looked_through(surveyed: Surveyed) -> None:
    files = {
        "run.sh": "set -e\nmkdir -p out\npython work.py out/m.txt\n",
        "work.py": "import sys\nopen(sys.argv[1], 'w')",
    }
    found = surveyed({"it": {"command": "./run.sh"}}, files).finding("it")
    assert (found.inputs, found.outputs) == (("run.sh", "work.py"), ("out",))


def test_variables_with_a_default_are_parameters_secrets_are_not(surveyed: Surveyed) -> None:
    service = {
        "command": "python work.py --depth ${DEPTH:-3}",
        "environment": {
            "LR": "${LR:-0.1}",
            "FIXED": "1",
            "DB_HOST": "${DB_HOST:-db}",
            "API_KEY": "${API_KEY:-x}",
            "DB_PASS": "${DB_PASS:-x}",
        },
    }
    found = surveyed({"it": service}, {"work.py": "open('m', 'w')"}).finding("it")
    assert found.params == ("LR", "DEPTH")


def test_names_that_are_printed_beside_an_epoch_are_metrics(surveyed: Surveyed) -> None:
    script = (
        "open('m', 'w')\nfor epoch in r:\n"
        "    print(f'epoch={epoch} loss={loss:.3f}, acc={acc}')\nprint(f'took={seconds}')"
    )
    found = surveyed({"it": {"command": "python work.py"}}, {"work.py": script}).finding("it")
    assert found.log_metrics == ("loss", "acc")


def test_what_is_written_where_nothing_keeps_it_is_told(surveyed: Surveyed) -> None:
    script = "open('/tmp/x', 'w')\nopen('m', 'w')"
    found = surveyed({"it": {"command": "python work.py"}}, {"work.py": script}).finding("it")
    assert found.notes == ("writes /tmp/x, which is no file of the project",)


@pytest.mark.parametrize(
    ("command", "written"),
    [
        ("sh -c 'python a.py > out.txt'", ["out.txt"]),
        ("sh -c 'python a.py >>out.txt 2>&1'", ["out.txt"]),
        ("sh -c 'python a.py 2> /dev/null | tee logs/a.log > /proc/1/fd/1'", ["logs/a.log"]),
        ("sh -c 'cp data/raw/a.csv copy.csv'", ["copy.csv"]),
    ],
)
def test_what_a_shell_writes_counts(surveyed: Surveyed, command: str, written: list[str]) -> None:
    service = {"command": command, "profiles": ["train"]}
    found = surveyed({"it": service}, {**DATA, "a.py": ""}).finding("it")
    assert list(found.written) == written


def test_settings_of_hydra_are_inputs(surveyed: Surveyed) -> None:
    files = {
        "src/train.py": (
            "import hydra\n@hydra.main(version_base=None, config_path='../conf')\n"
            "def main(cfg):\n    open('m', 'w')\n"
        ),
        "conf/config.yaml": "lr: 1",
    }
    found = surveyed({"it": {"command": "python src/train.py lr=2"}}, files).finding("it")
    assert found.inputs == ("conf", "src/train.py")


def test_data_outside_of_the_project_is_an_input_where_it_is_named(
    surveyed: Surveyed, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("datasets")
    service = {
        "command": "python work.py --train /datasets/train",
        "volumes": [".:/app", f"{outside}:/datasets:ro"],
    }
    found = surveyed({"it": service}, {"work.py": "open('m', 'w')"}).finding("it")
    assert found.inputs == (f"{outside}/train", "work.py")


def test_the_name_of_a_model_or_data_set_of_a_hub_is_no_input(surveyed: Surveyed) -> None:
    script = "load_dataset('json')\nfrom_pretrained('bert-base')\nopen('m', 'w')"
    found = surveyed({"it": {"command": "python work.py"}}, {"work.py": script}).finding("it")
    assert found.inputs == ("work.py",)


def test_where_no_input_is_known_all_code_counts(surveyed: Surveyed) -> None:
    found = surveyed({"it": {"command": "ruff check ."}}).finding("it")
    assert found.is_proposed
    assert found.step() == {}


def test_tests_need_no_outputs(surveyed: Surveyed) -> None:
    files = {"tests/test_a.py": "import lib", "lib.py": "", "conftest.py": ""}
    found = surveyed({"it": {"command": "pytest -q"}}, files).finding("it")
    assert found.is_proposed
    assert found.step() == {"inputs": ["conftest.py", "lib.py", "tests/*.py"]}


CLOCKS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "a crontab in the image": (
        {"build": ".", "command": "cron -f"},
        {
            "Dockerfile": "FROM x\nWORKDIR /app\nCOPY crontab /etc/cron.d/job\n",
            "crontab": "0 3 * * * root cd /app && python work.py >> /log 2>&1\n",
        },
    ),
    "a crontab that is mounted": (
        {"command": "crond -f", "volumes": [".:/app", "./cron/root:/etc/crontabs/root:ro"]},
        {"cron/root": "# nightly\n@daily python work.py\n"},
    ),
    "supercronic": (
        {"command": "supercronic /app/crontab", "volumes": [".:/app", "./crontab:/app/crontab"]},
        {"crontab": "*/5 * * * * python work.py\n"},
    ),
}


@pytest.mark.parametrize(("service", "files"), CLOCKS.values(), ids=CLOCKS)
def test_what_runs_by_the_clock_is_a_new_service(
    surveyed: Surveyed, service: dict[str, Any], files: dict[str, str]
) -> None:
    survey = surveyed({"nightly": service}, {**files, "work.py": "open('m.txt', 'w')"})
    clock, job = survey.findings([])
    assert not clock.is_proposed
    assert (job.service, job.extends, job.command) == ("work", "nightly", "python work.py")
    assert job.outputs == ("m.txt",)
