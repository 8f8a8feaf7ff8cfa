import { messages, schema, tool } from "./model.mjs";

// The loop over tools as applications write it with OpenAI's own client.
export async function ask(client, runTool) {
  const said = [...messages];
  for (;;) {
    const answer = await client.chat.completions.create({ model: "gpt-4o-mini", temperature: 0.2, messages: said, tools: [tool] });
    const message = answer.choices[0].message;
    if (!message.tool_calls) return message.content;
    said.push(message);
    for (const call of message.tool_calls) {
      const result = await runTool(JSON.parse(call.function.arguments), () => schema);
      said.push({ role: "tool", tool_call_id: call.id, content: result });
    }
  }
}
