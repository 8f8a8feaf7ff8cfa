#!/usr/bin/env bash
# How long the pages take over many spans, as their Server-Timing header says: fills an empty stack, waits until all is shipped, asks for each page.
# Usage: bench/explorer.sh [spans, default 1000000] [rounds, default 40]
set -euo pipefail
cd "$(dirname "$0")/.."
source bench/stack.sh
spans=${1:-1000000}
rounds=${2:-40}
dotnet build bench/LlmObs.Explorer.Bench -c Release -v quiet --nologo >&2
bench=bench/LlmObs.Explorer.Bench/bin/Release/net10.0/LlmObs.Explorer.Bench.dll
start_stack

dotnet "$bench" fill http://localhost:14318 "$spans"
key=$(cat "$data/api-key")
until curl -fsS -H "Authorization: Bearer $key" http://localhost:15080/api/v1/status | grep -q '"outbox":{"depth":0,'; do sleep 2; done
echo "all of them shipped"
dotnet "$bench" measure http://localhost:15080 "$login" "$rounds"
