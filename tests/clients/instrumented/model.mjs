import http from "node:http";

// A model service on this machine, in the words of OpenAI's chat completions: asks for the tool once, then answers. Both calls have known tokens.
const call = { id: "call_1", type: "function", function: { name: "get_table_schema", arguments: '{"table":"fact_order"}' } };

export async function startModel() {
  const server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const asked = JSON.parse(body);
      const isSecond = asked.messages.some((message) => message.role === "tool");
      const answer = {
        id: isSecond ? "chatcmpl-2" : "chatcmpl-1",
        object: "chat.completion",
        created: Math.floor(Date.now() / 1000),
        model: "gpt-4o-mini-2024-07-18",
        choices: [
          isSecond
            ? { index: 0, finish_reason: "stop", message: { role: "assistant", content: "SELECT sum(amount) FROM fact_order" } }
            : { index: 0, finish_reason: "tool_calls", message: { role: "assistant", content: null, tool_calls: [call] } },
        ],
        usage: isSecond
          ? { prompt_tokens: 210, completion_tokens: 12, total_tokens: 222 }
          : { prompt_tokens: 140, completion_tokens: 18, total_tokens: 158 },
      };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/v1`, stop: () => new Promise((resolve) => server.close(resolve)) };
}

export const schema = "CREATE TABLE fact_order (amount numeric)";
export const tool = {
  type: "function",
  function: {
    name: "get_table_schema",
    description: "The columns of a table",
    parameters: { type: "object", properties: { table: { type: "string" } }, required: ["table"] },
  },
};
export const messages = [
  { role: "system", content: "You write SQL." },
  { role: "user", content: "上个月的 GMV 是多少？" },
];
