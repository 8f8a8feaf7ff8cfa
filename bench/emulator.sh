#!/usr/bin/env bash
# The SLS emulator with many logs: how fast it takes them, what memory it needs, and how long questions take with the term index
# and, over the same data, with it off. Prints Markdown.
# Usage: bench/emulator.sh [logs, default 100000] [port, default 15085]
set -euo pipefail
cd "$(dirname "$0")/.."
count=${1:-100000}
port=${2:-15085}
dotnet build LlmObs.Sls.Emulator -c Release -v quiet --nologo >&2
dotnet build bench/LlmObs.Sls.Emulator.Bench -c Release -v quiet --nologo >&2
emulator=LlmObs.Sls.Emulator/bin/Release/net10.0/LlmObs.Sls.Emulator.dll
bench=bench/LlmObs.Sls.Emulator.Bench/bin/Release/net10.0/LlmObs.Sls.Emulator.Bench.dll
data=$(mktemp -d)
pid=
stop() { [ -z "$pid" ] || { kill "$pid"; wait "$pid" || true; pid=; } 2>/dev/null; }
trap 'stop; rm -rf "$data"' EXIT

start() { # setting=value…
  env "$@" ASPNETCORE_URLS="http://127.0.0.1:$port" Emulator__DataDirectory="$data" dotnet "$emulator" >"$data/out.log" 2>&1 &
  pid=$!
  until curl -fsS -o /dev/null "http://127.0.0.1:$port/alive" 2>/dev/null; do
    kill -0 "$pid" || { cat "$data/out.log"; exit 1; }
    sleep 0.1
  done
}
ask() { dotnet "$bench" "$1" "http://localhost:$port" "$count"; }
memory() { awk '/^VmHWM/ { peak = $2 } /^VmRSS/ { now = $2 } END { printf "%d MB now, %d MB at most\n", now / 1024, peak / 1024 }' "/proc/$pid/status"; }
segments() { find "$data" -name '*.terms' | wc -l; }

start Emulator__Nothing=1
echo "Loaded $(ask load), index being made meanwhile."
begin=$(date +%s)
while [ "$(segments)" -lt $((count / 4096)) ]; do sleep 0.2; done
echo "Index complete $(($(date +%s) - begin)) s later. Memory: $(memory)"
du -sm "$data"/projects/bench/bench/* | awk '{ n = split($2, path, "/"); printf "%s: %d MB. ", path[n], $1 } END { print "\n" }'
echo "With the term index:"
echo
ask measure
echo
echo "Memory: $(memory)"
