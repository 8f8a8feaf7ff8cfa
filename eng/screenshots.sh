#!/usr/bin/env bash
# Takes a picture of every page, in both languages and themes, into docs/images/pages. Needs Chromium, like the end-to-end tests.
# The list of pages is in tests/LlmObs.EndToEndTests/Screenshots/PageScreenshots.cs.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build LlmObs.AppHost -v quiet --nologo
dotnet build tests/LlmObs.EndToEndTests -v quiet --nologo
dotnet tests/LlmObs.EndToEndTests/bin/Debug/net10.0/LlmObs.EndToEndTests.dll -noLogo -explicit only -class '*PageScreenshots'
du -sh docs/images
