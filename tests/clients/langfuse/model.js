// A local service that speaks as OpenAI's chat completions do: what the clients call, so that a run needs no key and no network.
import http from "node:http";

const usage = { prompt_tokens: 120, completion_tokens: 30, total_tokens: 150, prompt_tokens_details: { cached_tokens: 20 } };

function completion(request) {
  return {
    id: "chatcmpl-local-1",
    object: "chat.completion",
    created: 1,
    model: "qwen-plus-2025-07-28",
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: `You asked: ${request.messages.at(-1).content}` } }],
    usage,
  };
}

/** Starts the service on a free port. */
export async function startModel() {
  const server = http.createServer(async (request, response) => {
    const body = JSON.parse((await request.toArray()).join("") || "{}");
    response.setHeader("content-type", "application/json");
    if (!request.url.endsWith("/chat/completions")) {
      response.writeHead(404).end("{}");
    } else if (body.model === "broken") {
      response.writeHead(400).end(JSON.stringify({ error: { message: "This model is broken.", type: "invalid_request_error" } }));
    } else {
      response.end(JSON.stringify(completion(body)));
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { baseURL: `http://127.0.0.1:${server.address().port}/v1`, close: () => server.close() };
}
