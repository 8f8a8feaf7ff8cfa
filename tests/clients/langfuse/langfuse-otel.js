// @langfuse/tracing and @langfuse/otel 5, or 4 when the first argument says so: spans as OTLP/JSON; scores through ingestion, with 5.
import OpenAI from "openai";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { startModel } from "./model.js";

const isFour = process.argv[2] === "4";
const { LangfuseSpanProcessor } = await import(isFour ? "langfuse-otel-v4" : "@langfuse/otel");
const { startActiveObservation, startObservation, updateActiveTrace, propagateAttributes } = await import(isFour ? "langfuse-tracing-v4" : "@langfuse/tracing");

const processor = new LangfuseSpanProcessor({ exportMode: "immediate" });
const provider = new NodeTracerProvider({ spanProcessors: [processor] });
provider.register();
const model = await startModel();
const openai = new OpenAI({ apiKey: "local", baseURL: model.baseURL, maxRetries: 0 });
const pixel = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

const ask = () =>
  startActiveObservation("ask", async (root) => {
    if (isFour) {
      updateActiveTrace({ sessionId: "session-v4", userId: "user-v4", tags: ["sdk"] });
    }
    const messages = [{ role: "user", content: [{ type: "text", text: "What is this?" }, { type: "image_url", image_url: { url: pixel } }] }];
    root.update({ input: messages });
    const call = startObservation("chat", { model: "qwen-plus", input: messages }, { asType: "generation" });
    const answer = await openai.chat.completions.create({ model: "qwen-plus", messages: [{ role: "user", content: "What is this?" }] });
    call.update({ output: answer.choices[0].message, usageDetails: { input: 100, input_cached_tokens: 20, output: 30, total: 150 } }).end();
    root.update({ output: answer.choices[0].message.content });
    return root.traceId;
  });
const traceId = isFour ? await ask() : await propagateAttributes({ sessionId: "session-v5", userId: "user-v5", tags: ["sdk"] }, ask);
await provider.forceFlush();

if (!isFour) {
  const { LangfuseClient } = await import("@langfuse/client");
  const client = new LangfuseClient();
  client.score.create({ traceId, name: "user_feedback", value: 1, dataType: "BOOLEAN" });
  await client.score.flush();
}

await provider.shutdown();
model.close();
console.log(JSON.stringify({ traceId }));
