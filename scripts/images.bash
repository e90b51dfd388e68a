# What the scripts that ready an image share; sourced, with IMAGE set to the image's name.
# shellcheck shell=bash

readonly ANSWER_TIMEOUT_S=20
readonly LOCKS=/run/lock

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

fail() {
  say "$1"
  printf '\nhint: %s\n' "$2" >&2
  exit 1
}

is_present() { docker image inspect --format '{{.Id}}' "${1:-$IMAGE}" >/dev/null 2>&1; }

engine_answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

require_engine() { engine_answers || fail "no Docker engine answers" "start one, or run: scripts/docker-engine"; }

# Two callers at once: the second waits, then finds the work done.
take_turn() {
  if ((EUID == 0)) && command -v flock >/dev/null; then
    mkdir -p "$LOCKS"
    exec 9>"$LOCKS/modelcompose-${0##*/}"
    flock 9
  fi
}

# True once the registry has named the image's layers; how long those take is the network's affair.
registry_answers() {
  local deadline=$((SECONDS + ANSWER_TIMEOUT_S)) log pull
  log=$(mktemp)
  docker pull "$IMAGE" >"$log" 2>&1 &
  pull=$!
  while kill -0 "$pull" 2>/dev/null && ! grep -q 'Pulling from' "$log"; do
    if ((SECONDS >= deadline)); then
      break
    fi
    sleep 0.1
  done
  kill "$pull" 2>/dev/null || true
  wait "$pull" 2>/dev/null || true
  local has_answered=0
  grep -q 'Pulling from' "$log" || has_answered=1
  ((has_answered == 0)) || tail -n 1 "$log" >&2
  rm -f "$log"
  return "$has_answered"
}

pull() {
  say "pulls $IMAGE"
  registry_answers && docker pull "$IMAGE" >&2
}
