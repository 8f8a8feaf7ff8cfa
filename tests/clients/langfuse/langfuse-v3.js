// langfuse 3: everything through /api/public/ingestion. The same calls work with langfuse 2.
import OpenAI from "openai";
import { Langfuse, observeOpenAI } from "langfuse";
import { startModel } from "./model.js";

const model = await startModel();
const langfuse = new Langfuse();
const trace = langfuse.trace({ name: "ask", sessionId: "session-v3", userId: "user-v3", tags: ["sdk"], input: "How much did we sell?" });
const step = trace.span({ name: "understand", input: { question: "How much did we sell?" }, metadata: { request_id: "request-v3" } });
const client = observeOpenAI(new OpenAI({ apiKey: "local", baseURL: model.baseURL, maxRetries: 0 }), { parent: step, generationName: "chat" });
await client.chat.completions.create({ model: "qwen-plus", messages: [{ role: "user", content: "How much did we sell?" }] });
await client.chat.completions.create({ model: "broken", messages: [{ role: "user", content: "?" }] }).catch(() => {});
step.end({ output: "sales" });
trace.update({ output: "12 million" });
trace.score({ name: "user_feedback", value: 1, comment: "right" });
const prompt = await langfuse.getPrompt("missing", undefined, { fallback: "Say hello.", maxRetries: 0 });
await langfuse.shutdownAsync();
model.close();
console.log(JSON.stringify({ traceId: trace.id, prompt: prompt.prompt }));
