// langfuse 2: the first API of its kind; plain calls, no wrapper.
import { Langfuse } from "langfuse-v2";

const langfuse = new Langfuse();
const trace = langfuse.trace({ name: "ask", sessionId: "session-v2", userId: "user-v2" });
const step = trace.span({ name: "understand", input: "question" });
const call = step.generation({ name: "chat", model: "qwen-plus", input: [{ role: "user", content: "How much did we sell?" }] });
call.end({ output: { role: "assistant", content: "12 million" }, usage: { promptTokens: 120, completionTokens: 30, totalTokens: 150 } });
step.end({ output: "sales" });
trace.score({ name: "user_feedback", value: 1 });
await langfuse.shutdownAsync();
console.log(JSON.stringify({ traceId: trace.id }));
