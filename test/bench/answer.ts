/** What a UI message stream said in the end. */
export interface WholeAnswer {
  text: string;
  finishes: number;
  /** `[DONE]` was its last word. */
  done: boolean;
}

/** Reads the body of a UI message stream that has arrived whole; the load must not pay for a parser at every read. */
export function readAnswer(body: string): WholeAnswer {
  const answer: WholeAnswer = { text: "", finishes: 0, done: false };
  for (const frame of body.split("\n\n")) {
    if (!frame.startsWith("data: ")) continue;
    const data = frame.slice("data: ".length);
    answer.done = data === "[DONE]";
    if (answer.done) continue;
    const part = JSON.parse(data) as { type: string; delta?: string };
    if (part.type === "text-delta") answer.text += part.delta ?? "";
    else if (part.type === "finish") answer.finishes += 1;
  }
  return answer;
}
