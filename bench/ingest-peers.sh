#!/usr/bin/env bash
# The bodies that real SDKs sent, to LlmObs and to receivers that npm has: spans a second, memory. About 2 minutes; installs the receivers in a temporary directory.
# Usage: bench/ingest-peers.sh [--seconds N]
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build bench/LlmObs.Ingest.Bench -c Release -v quiet --nologo >/dev/null
exec dotnet bench/LlmObs.Ingest.Bench/bin/Release/net10.0/LlmObs.Ingest.Bench.dll peers "$@"
