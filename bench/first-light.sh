#!/usr/bin/env bash
# From built to the first page answering, and the memory of all processes together when idle.
# Usage: bench/first-light.sh [seconds to settle, default 60]
set -euo pipefail
cd "$(dirname "$0")/.."
settle=${1:-60}
dotnet build LlmObs.AppHost -c Release -v quiet --nologo >&2
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

# Two readings: PSS counts a page that processes share once; RSS, as ps and top show it, counts it in each.
report() {
  local process name
  for process in "$pid" $(tree "$pid"); do
    [ -r "/proc/$process/smaps_rollup" ] || continue
    name=$(tr '\0' ' ' <"/proc/$process/cmdline" | grep -oE '(LlmObs\.[A-Za-z.]+\.dll|postgres)' | head -n 1)
    awk -v name="${name:-?}" '/^Rss:/ { rss = $2 } /^Pss:/ { pss = $2 } END { print name, pss, rss }' "/proc/$process/smaps_rollup"
  done
}

report | awk '
  { pss[$1] += $2; rss[$1] += $3; allPss += $2; allRss += $3 }
  END {
    for (name in pss) printf "%5d MB PSS %5d MB RSS  %s\n", pss[name] / 1024, rss[name] / 1024, name | "sort -rn"
    close("sort -rn")
    printf "%5d MB PSS %5d MB RSS  all processes together, idle\n", allPss / 1024, allRss / 1024
  }'
