#!/usr/bin/env bash
# Ten times what the machine can take, from senders that repeat at once: memory, losses, and latency afterwards. About 3 minutes.
# Usage: bench/ingest-overload.sh [--seconds N] [--connections N]
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build bench/LlmObs.Ingest.Bench -c Release -v quiet --nologo >&2
exec dotnet bench/LlmObs.Ingest.Bench/bin/Release/net10.0/LlmObs.Ingest.Bench.dll overload "$@"
