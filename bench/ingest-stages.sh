#!/usr/bin/env bash
# CPU and allocations of each stage of the way in, alone; then of Ingest by protocol. About 2 minutes.
# Usage: bench/ingest-stages.sh [--seconds N]
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build bench/LlmObs.Ingest.Bench -c Release -v quiet --nologo >&2
exec dotnet bench/LlmObs.Ingest.Bench/bin/Release/net10.0/LlmObs.Ingest.Bench.dll stages "$@"
