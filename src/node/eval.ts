import { readFileSync } from "node:fs";
import { readConfig } from "../config.ts";
import { loadSamples } from "../samples.ts";
import type { Message } from "../chat/events.ts";
import { summarize, type Judged } from "./eval-figures.ts";
import { readSamples } from "./files.ts";
import { startServer } from "./server.ts";

/*
 * `npm run eval`: asks every labelled question of `fixtures/questions.jsonl` over HTTP and prints how often the right
 * document and the right sentence come, English and Korean apart. With `--misses` it lists the questions that failed,
 * with `--json` it prints figures for machines.
 */

interface LabelledQuestion {
  id: string;
  language: "en" | "ko";
  kind: Judged["kind"];
  question: string;
  history?: Message[];
  document?: string;
  answer?: string;
}

async function ask(url: string, labelled: LabelledQuestion): Promise<Judged> {
  const messages = [...(labelled.history ?? []), { role: "user", content: labelled.question }];
  const response = await fetch(`${url}/chat`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ messages }),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`${labelled.id}: the server answered ${response.status}`);
  const body = (await response.json()) as {
    answer: string;
    answered: boolean;
    sources: { documentId: string }[];
  };
  const { id, language, kind, question } = labelled;
  return {
    id,
    language,
    kind,
    question,
    answered: body.answered,
    documentFound: body.sources.some((source) => source.documentId === labelled.document),
    answerFound: labelled.answer !== undefined && fold(body.answer).includes(fold(labelled.answer)),
    answer: body.answer,
  };
}

function fold(text: string): string {
  return text.replace(/[\s*_`|]+/g, " ").toLowerCase();
}

async function main(): Promise<void> {
  const lines = readFileSync(new URL("../../fixtures/questions.jsonl", import.meta.url), "utf8")
    .trim()
    .split("\n");
  const questions = lines.map((line) => JSON.parse(line) as LabelledQuestion);
  const config = readConfig({ ...process.env, PORT: "0", DATA_DIR: ":memory:" });
  const server = await startServer(config, (services) =>
    loadSamples(readSamples(), services, AbortSignal.timeout(60_000)),
  );
  const judged: Judged[] = [];
  for (const question of questions) judged.push(await ask(server.url, question));
  await server.close();

  const figures = summarize(judged);
  if (process.argv.includes("--json")) {
    console.log(JSON.stringify(figures, undefined, 2));
    return;
  }
  console.log(`${questions.length} questions, model ${server.services.modelName}`);
  console.table(figures);
  if (!process.argv.includes("--misses")) return;
  for (const one of judged.filter(isMiss)) {
    console.log(
      `\n${one.id} ${one.kind} document ${one.documentFound} answer ${one.answerFound} answered ${one.answered}\n  ${one.question}\n  → ${one.answer}`,
    );
  }
}

function isMiss(one: Judged): boolean {
  if (one.kind === "off-topic" || one.kind === "missing") return one.answered;
  return !one.documentFound || !one.answerFound || !one.answered;
}

await main();
