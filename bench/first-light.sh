#!/usr/bin/env bash
# From built to the first page answering, and the memory of all processes together when idle.
# Usage: bench/first-light.sh [seconds to settle, default 60]
set -euo pipefail
cd "$(dirname "$0")/.."
settle=${1:-60}
dotnet build LlmObs.AppHost -c Release -v quiet --nologo >/dev/null
data=$(mktemp -d)
host=LlmObs.AppHost/bin/Release/net10.0/LlmObs.AppHost.dll
trap 'kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; rm -rf "$data"' EXIT

seconds() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(seconds)" 'BEGIN { printf "%.1f", b - a }'; }

measure_start() { # label
  local begin
  begin=$(seconds)
  dotnet "$host" --data-dir "$data" --port-web 15080 --port-ingest 14318 --port-otlp-grpc 14317 --port-sls 15085 --port-postgres 15433 >"$data.log" 2>&1 &
  pid=$!
  until curl -fsS -o /dev/null http://localhost:15080/login 2>/dev/null; do
    kill -0 "$pid" || { cat "$data.log"; exit 1; }
    sleep 0.1
  done
  echo "$1: first page after $(since "$begin") s"
}

tree() { # all processes below one
  local child
  for child in $(pgrep -P "$1"); do echo "$child"; tree "$child"; done
}

measure_start "first start, empty data directory"
kill "$pid"; wait "$pid" || true
measure_start "second start"
sleep "$settle"

for process in "$pid" $(tree "$pid"); do
  [ -r "/proc/$process/smaps_rollup" ] || continue
  pss=$(awk '/^Pss:/ { print $2 }' "/proc/$process/smaps_rollup")
  name=$(tr '\0' ' ' <"/proc/$process/cmdline" | grep -oE '(LlmObs\.[A-Za-z.]+\.dll|postgres[^/]{0,40})' | head -n 1)
  printf '%7d MB  %s\n' $((pss / 1024)) "${name:-?}"
done | sort -rn | head -n 12
for process in "$pid" $(tree "$pid"); do
  [ -r "/proc/$process/smaps_rollup" ] && awk '/^Pss:/ { print $2 }' "/proc/$process/smaps_rollup"
done | awk '{ sum += $1 } END { printf "idle, all processes together: %d MB\n", sum / 1024 }'
