// Asks one server many questions at once, and checks every answer.
import { Agent, type IncomingMessage, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { readAnswer } from "./answer.ts";
import { QUESTIONS } from "./questions.ts";

export interface ChatTimes {
  /** Milliseconds from the request to the first source, if one was sent. */
  sources: number | undefined;
  /** To the first text. */
  firstToken: number;
  total: number;
  /** The longest pause between two network reads after the first text. */
  stall: number;
}

export interface LoadOptions {
  url: string;
  chats: number;
  concurrency: number;
  /** Milliseconds over which the first chats begin, so that they do not all stand at the same token. @default 0 */
  spread?: number;
  /** The text that every answer must have; any text when absent. */
  text?: string;
}

export interface LoadResult {
  times: ChatTimes[];
  failed: number;
  /** Why the first one failed. */
  failure: string | undefined;
  wallMs: number;
  /** CPU time of this process meanwhile. */
  cpuMs: number;
}

export async function drive(options: LoadOptions): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true });
  const times: ChatTimes[] = [];
  let failed = 0;
  let failure: string | undefined;
  let next = 0;
  const before = process.cpuUsage();
  const started = performance.now();

  async function worker(number: number): Promise<void> {
    const wait = ((options.spread ?? 0) * number) / options.concurrency;
    if (wait > 0) await sleep(wait);
    while (next < options.chats) {
      const question = QUESTIONS[next++ % QUESTIONS.length]!;
      try {
        times.push(await ask(options, question, agent));
      } catch (error) {
        failed += 1;
        failure ??= `${question} ${String(error)}`;
      }
    }
  }
  await Promise.all(Array.from({ length: options.concurrency }, (_, number) => worker(number)));

  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  agent.destroy();
  return { times, failed, failure, wallMs, cpuMs: (user + system) / 1000 };
}

/** Why a chat has no whole answer. */
export class ChatError extends Error {
  readonly status: number | undefined;
  /** Milliseconds from the request to the end of the response. */
  readonly total: number;
  /** Seconds after which the server wants to be asked again. */
  readonly retryAfter: number;

  constructor(message: string, response: IncomingMessage, total: number) {
    super(message);
    this.status = response.statusCode;
    this.total = total;
    this.retryAfter = Number(response.headers["retry-after"] ?? 0);
  }
}

/** One chat. Rejects with a ChatError when the answer is not whole, and otherwise when there was no response. */
export function ask(
  { url, text }: Pick<LoadOptions, "url" | "text">,
  question: string,
  agent: Agent,
): Promise<ChatTimes> {
  const message = { id: "m1", role: "user", parts: [{ type: "text", text: question }] };
  const body = JSON.stringify({ id: "c1", messages: [message] });
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/chat`, { method: "POST", agent, headers }, (response) => {
      const times: ChatTimes = { sources: undefined, firstToken: 0, total: 0, stall: 0 };
      let received = "";
      let last = 0;
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        const at = performance.now() - started;
        received += part;
        if (times.firstToken > 0) times.stall = Math.max(times.stall, at - last);
        else {
          if (part.includes('"source-url"')) times.sources ??= at;
          if (part.includes('"text-delta"')) times.firstToken = at;
        }
        last = at;
      });
      response.on("error", reject);
      response.on("end", () => {
        times.total = performance.now() - started;
        const problem = findProblem(response.statusCode, received, text);
        if (problem === undefined) resolve(times);
        else reject(new ChatError(problem, response, times.total));
      });
    });
    outgoing.on("error", reject);
    outgoing.setTimeout(30_000, () => outgoing.destroy(new Error("silent for 30 s")));
    outgoing.end(body);
  });
}

function findProblem(
  status: number | undefined,
  received: string,
  text: string | undefined,
): string | undefined {
  if (status !== 200) return `status ${status}: ${received.slice(0, 200)}`;
  const answer = readAnswer(received);
  if (answer.finishes !== 1 || !answer.done)
    return `${answer.finishes} finish events, ${answer.done ? "" : "no "}[DONE]: ${received.slice(-300)}`;
  if (text === undefined ? answer.text === "" : answer.text !== text)
    return `another text: ${answer.text.slice(0, 200)}`;
  return undefined;
}
