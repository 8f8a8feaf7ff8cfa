#!/usr/bin/env bash
# How long the pages take over many spans, as their Server-Timing header says: fills an empty stack, waits until all is shipped, asks for each page.
# Usage: bench/explorer.sh [spans, default 1000000] [rounds, default 40]
set -euo pipefail
cd "$(dirname "$0")/.."
spans=${1:-1000000}
rounds=${2:-40}
dotnet build LlmObs.AppHost -c Release -v quiet --nologo >&2
dotnet build bench/LlmObs.Explorer.Bench -c Release -v quiet --nologo >&2
data=$(mktemp -d)
bench=bench/LlmObs.Explorer.Bench/bin/Release/net10.0/LlmObs.Explorer.Bench.dll
dotnet LlmObs.AppHost/bin/Release/net10.0/LlmObs.AppHost.dll --data-dir "$data" --port-web 15080 --port-ingest 14318 --port-otlp-grpc 14317 --port-sls 15085 --port-postgres 15433 --port-quality 15095 >"$data.log" 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; rm -rf "$data"' EXIT
until link=$(grep -oE 'http://[^ ]*/login\?token=[^ ]+' "$data.log" | head -n 1) && [ -n "$link" ]; do
  kill -0 "$pid" || { cat "$data.log"; exit 1; }
  sleep 0.5
done

dotnet "$bench" fill http://localhost:14318 "$spans"
key=$(cat "$data/api-key")
until curl -fsS -H "Authorization: Bearer $key" http://localhost:15080/api/v1/status | grep -q '"outbox":{"depth":0,'; do sleep 2; done
echo "all of them shipped"
dotnet "$bench" measure http://localhost:15080 "$link" "$rounds"
