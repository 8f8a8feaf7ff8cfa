#!/usr/bin/env bash
# How long the quality pages take over 70,000 requests with a million steps, as their Server-Timing header says: fills an empty stack's tables (quality.sql), waits until
# they are added up, asks for each page.
# Usage: bench/quality.sh [rounds, default 40]
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-40}
dotnet build LlmObs.AppHost -c Release -v quiet --nologo >&2
dotnet build bench/LlmObs.Explorer.Bench -c Release -v quiet --nologo >&2
data=$(mktemp -d)
dotnet LlmObs.AppHost/bin/Release/net10.0/LlmObs.AppHost.dll --data-dir "$data" --port-web 15080 --port-ingest 14318 --port-otlp-grpc 14317 --port-sls 15085 --port-postgres 15433 --port-quality 15095 >"$data.log" 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; rm -rf "$data"' EXIT
until link=$(grep -oE 'http://[^ ]*/login\?token=[^ ]+' "$data.log" | head -n 1) && [ -n "$link" ]; do
  kill -0 "$pid" || { cat "$data.log"; exit 1; }
  sleep 0.5
done

export PGPASSWORD
PGPASSWORD=$(cat "$data/postgres/password")
ask() { psql -h 127.0.0.1 -p 15433 -U postgres -d llmobs -qAt -v ON_ERROR_STOP=1 "$@"; }
ask -f bench/quality.sql >/dev/null
until [ "$(ask -c 'SELECT count(*) FROM quality_due_hours')" = 0 ]; do sleep 1; done
dotnet bench/LlmObs.Explorer.Bench/bin/Release/net10.0/LlmObs.Explorer.Bench.dll measure http://localhost:15080 "$link" "$rounds" quality
