#!/usr/bin/env bash
# The SLS emulator with many logs: how fast it takes them, what memory and disk it needs, how long questions take as the logs grow, and how
# long engines that scan take. Prints Markdown.
# Usage: bench/emulator.sh [sizes, default "10000 100000 1000000"] [port, default 15085]; PEERS=no leaves the other engines out.
set -euo pipefail
cd "$(dirname "$0")/.."
sizes=${1:-10000 100000 1000000}
port=${2:-15085}
dotnet build LlmObs.Sls.Emulator -c Release -v quiet --nologo >&2
dotnet build bench/LlmObs.Sls.Emulator.Bench -c Release -v quiet --nologo >&2
data=$(mktemp -d)
pid=
stop() { [ -z "$pid" ] || { kill "$pid"; wait "$pid" || true; pid=; } 2>/dev/null; }
trap 'stop; rm -rf "$data"' EXIT

ASPNETCORE_URLS="http://127.0.0.1:$port" Emulator__DataDirectory="$data" Emulator__MemoryMb="${MEMORY_MB:-256}" Emulator__RememberedMb=0 \
  dotnet LlmObs.Sls.Emulator/bin/Release/net10.0/LlmObs.Sls.Emulator.dll >"$data/out.log" 2>&1 &
pid=$!
until curl -fsS -o /dev/null "http://127.0.0.1:$port/alive" 2>/dev/null; do
  kill -0 "$pid" || { cat "$data/out.log"; exit 1; }
  sleep 0.1
done
echo "Load average before: $(cut -d' ' -f1-3 /proc/loadavg)"
# shellcheck disable=SC2086 # sizes are several arguments
dotnet bench/LlmObs.Sls.Emulator.Bench/bin/Release/net10.0/LlmObs.Sls.Emulator.Bench.dll "http://localhost:$port" "$pid" "$data" $sizes
du -sm "$data"/projects/bench/*/* | awk '{ n = split($2, path, "/"); printf "%s: %d MB. ", path[n], $1 } END { print "" }'
