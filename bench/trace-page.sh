#!/usr/bin/env bash
# How long the page of a trace with many spans takes: the whole answer of the server, pieces of it, a search over all contents, and
# Chromium until a key moves the selection. Needs Node.js and a Chromium (LLMOBS_CHROMIUM, default /usr/bin/chromium).
# Usage: bench/trace-page.sh [spans, default "1000 10000 100000"] [rounds, default 9]
set -euo pipefail
cd "$(dirname "$0")/.."
source bench/stack.sh
sizes=${1:-1000 10000 100000}
rounds=${2:-9}
start_stack
sign_in
npm install --prefix "$data" --no-audit --no-fund --ignore-scripts --loglevel error playwright-core@1.65.1 >/dev/null

# One trace: five steps below each step to the depth that gives, every fifth a model call with a prompt, one of 997 failed.
cat >"$data/send.py" <<'PY'
import json, sys, time, urllib.request
total, trace_id = int(sys.argv[1]), sys.argv[2]
start = time.time_ns() - 600 * 10**9
names = ["生成 SQL", "检索表结构", "判断表是否相关", "validate", "get_table_schema"]
text = lambda key, value: {"key": key, "value": {"stringValue": value}}
number = lambda key, value: {"key": key, "value": {"intValue": str(value)}}

def span(i):
    begin = start + i * 1_000_000
    end = begin + (total - i) * 900_000 + 1_000_000
    made = {
        "traceId": trace_id, "spanId": f"{i + 1:016x}", "name": f"{names[i % 5]} {i}", "kind": 1,
        "startTimeUnixNano": str(begin), "endTimeUnixNano": str(end), "attributes": [number("step", i)],
    }
    if i > 0:
        made["parentSpanId"] = f"{(i - 1) // 5 + 1:016x}"
    if i % 5 == 4:
        question = json.dumps([{"role": "user", "parts": [{"type": "text", "content": f"第 {i} 个问题：上季度华东区销售额最高的 10 个门店？"}]}], ensure_ascii=False)
        made["attributes"] += [
            text("gen_ai.operation.name", "chat"), text("gen_ai.request.model", "qwen-max"), text("gen_ai.input.messages", question),
            number("gen_ai.usage.input_tokens", 120), number("gen_ai.usage.output_tokens", 20),
        ]
    if i % 997 == 996:
        made["status"] = {"code": 2, "message": "no such column: o.gmv_amount"}
    return made

for begin in range(0, total, 1000):
    spans = [span(i) for i in range(begin, min(total, begin + 1000))]
    body = {"resourceSpans": [{"resource": {"attributes": [text("service.name", "bench")]}, "scopeSpans": [{"spans": spans}]}]}
    request = urllib.request.Request("http://localhost:14318/v1/traces", json.dumps(body).encode(), {"Content-Type": "application/json"})
    urllib.request.urlopen(request).read()
PY

cat >"$data/usable.mjs" <<'JS'
import { chromium } from "playwright-core";
const [address, login, rounds] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.LLMOBS_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const [name, value] = login.split("=");
const times = [];
for (let i = 0; i < Number(rounds); i++) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addCookies([{ name, value, url: address }]);
  const page = await context.newPage();
  const begin = performance.now();
  await page.goto(address);
  const before = await page.locator(".span-row[aria-selected=true]").getAttribute("data-i");
  await page.keyboard.press("ArrowDown");
  await page.waitForFunction((i) => document.querySelector(".span-row[aria-selected=true]")?.dataset.i !== i, before);
  times.push(performance.now() - begin);
  await context.close();
}
await browser.close();
for (const time of times) console.log(time / 1000);
JS

summary() { # label; times in seconds on stdin
  sort -n | awk -v label="$1" '{ t[NR] = $1 * 1000 } END { printf "%-44s median %5.0f ms, slowest %5.0f ms\n", label, t[int((NR + 1) / 2)], t[NR] }'
}

measure() { # label, address
  local i
  for ((i = 0; i < rounds; i++)); do curl -fsS -o /dev/null -b "$cookies" -w '%{time_total}\n' "$2"; done | summary "$1"
}

session=$(awk '$6 == "llmobs" { print $6 "=" $7 }' "$cookies")
echo "load average before: $(cut -d ' ' -f 1-3 /proc/loadavg)"
for size in $sizes; do
  id=$(printf '%032x' "$((size + 8192))")
  python3 "$data/send.py" "$size" "$id"
  page="http://localhost:15080/traces/$id"
  curl -fsS -o /dev/null -b "$cookies" "$page"
  measure "$size spans: page, server" "$page"
  measure "$size spans: a search over all contents" "$page?handler=Find&find=%E7%AC%AC%20995%20%E4%B8%AA"
  measure "$size spans: a block of rows" "$page?handler=Rows&block=5&stamp=$size-0"
  measure "$size spans: the shape" "$page?handler=Shape"
  (cd "$data" && node usable.mjs "$page" "$session" "$rounds") | summary "$size spans: until a key moves, Chromium"
done
echo "load average after: $(cut -d ' ' -f 1-3 /proc/loadavg)"
