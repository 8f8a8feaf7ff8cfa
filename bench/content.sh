#!/usr/bin/env bash
# How long the page of a step takes when its prompt has many megabytes: the whole answer of the server, without the browser.
# Usage: bench/content.sh [megabytes, default "1 5 50"] [rounds, default 15]
set -euo pipefail
cd "$(dirname "$0")/.."
source bench/stack.sh
sizes=${1:-1 5 50}
rounds=${2:-15}
start_stack
sign_in

# One model call: a prompt of so many megabytes of UTF-8, Chinese and English, no line twice; a short answer.
trace() { # megabytes, trace id
  python3 - "$1" "$2" <<'PY'
import json, random, sys, time
megabytes, trace_id = float(sys.argv[1]), sys.argv[2]
random.seed(7)
words = "只能 使用 下方 可用 表中 的 字段 不允许 臆造 Only use the listed tables pay_amount fact_order dim_store GROUP BY SUM".split()
lines, size = ["# 提示词\n\n"], 0
while size < megabytes * 1e6:
    lines.append(f"- {len(lines)} {' '.join(random.choices(words, k=12))}\n")
    size += len(lines[-1].encode())
message = lambda role, text: {"role": role, "parts": [{"type": "text", "content": text}]}
text = lambda key, value: {"key": key, "value": {"stringValue": value}}
now = time.time_ns()
span = {
    "traceId": trace_id, "spanId": "00000000000000a1", "name": "chat", "kind": 3,
    "startTimeUnixNano": str(now - 10**9), "endTimeUnixNano": str(now),
    "attributes": [
        text("gen_ai.operation.name", "chat"), text("gen_ai.request.model", "qwen-max"),
        text("gen_ai.input.messages", json.dumps([message("user", "".join(lines))], ensure_ascii=False)),
        text("gen_ai.output.messages", json.dumps([message("assistant", "好的")], ensure_ascii=False)),
    ],
}
resource = {"attributes": [text("service.name", "bench")]}
print(json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}, ensure_ascii=False))
PY
}

measure() { # label, address
  local i
  for ((i = 0; i < rounds; i++)); do curl -fsS -o /dev/null -b "$cookies" -w '%{time_total}\n' "$2"; done | sort -n |
    awk -v label="$1" '{ t[NR] = $1 * 1000 } END { printf "%-28s median %4.0f ms, slowest %4.0f ms\n", label, t[int((NR + 1) / 2)], t[NR] }'
}

for size in $sizes; do
  id=$(printf '%032x' "$((size + 4096))")
  trace "$size" "$id" >"$data/body.json"
  curl -fsS -o /dev/null -H 'Content-Type: application/json' --data-binary @"$data/body.json" http://localhost:14318/v1/traces
  page="http://localhost:15080/traces/$id"
  measure "$size MB: first view" "$page"
  measure "$size MB: another part" "$page/spans/00000000000000a1/value?field=message.0.0&part=message.0.0~3"
  measure "$size MB: raw, all of it" "$page/spans/00000000000000a1/raw?field=message.0.0"
done
uptime
