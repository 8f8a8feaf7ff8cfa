#!/usr/bin/env bash
# How long the quality pages take over 70,000 requests with a million steps, as their Server-Timing header says: fills an empty stack's tables (quality.sql), waits until
# they are added up, asks for each page.
# Usage: bench/quality.sh [rounds, default 40]
set -euo pipefail
cd "$(dirname "$0")/.."
source bench/stack.sh
rounds=${1:-40}
dotnet build bench/LlmObs.Explorer.Bench -c Release -v quiet --nologo >&2
start_stack

export PGPASSWORD
PGPASSWORD=$(cat "$data/postgres/password")
ask() { psql -h 127.0.0.1 -p 15433 -U postgres -d llmobs -qAt -v ON_ERROR_STOP=1 "$@"; }
ask -f bench/quality.sql >/dev/null
until [ "$(ask -c 'SELECT count(*) FROM quality_due_hours')" = 0 ]; do sleep 1; done
dotnet bench/LlmObs.Explorer.Bench/bin/Release/net10.0/LlmObs.Explorer.Bench.dll measure http://localhost:15080 "$login" "$rounds" quality
