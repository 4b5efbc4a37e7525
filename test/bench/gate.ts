// What the checks between model and reader cost: microseconds of CPU a token of four characters, median of the runs.
import { createAnswerGate } from "../../src/chat/answer-gate.ts";
import type { Source } from "../../src/ports.ts";
import { percentile } from "./figures.ts";

const RUNS = 60;
const TOKEN = 4;
const TARGET = 2;

const SENTENCES = [
  "The Aurora 2 tent weighs 1.62 kg with its poles, and keeps heavy rain out for a night.",
  "Returns are free within 30 days of delivery when the label is still on the product.",
  "배송은 결제 후 이틀 안에 시작되며, 제주도는 하루가 더 걸립니다.",
  "Use `ridgewren rent --days 3` on the command line, or call the shop.",
];

const SOURCES: Source[] = SENTENCES.map((text, index) => {
  const id = `chunk-${index}`;
  const place = { start: 0, end: text.length };
  const chunk = { id, documentId: id, index: 0, title: "", heading: [], words: 0, grams: 0 };
  const passage = { collection: "c", chunk: { ...chunk, ...place, text }, score: 1, legs: {} };
  return { ...passage, ...place, n: index + 1, text, passages: [passage] };
});

const ANSWERS: Record<string, string> = {
  "plain sentences": render((text) => text),
  "a marker after each sentence": render((text, n) => `${text} [${n}]`),
  "a link after each sentence": render((text, n) => `${text} https://shop.example/${n}`),
  "markers of every kind": render((text, n) => `${text} [${n}, 9]【1】[77]`),
};

function render(write: (text: string, n: number) => string): string {
  const line = SENTENCES.map((text, index) => write(text, index + 1)).join(" ");
  return Array.from({ length: 100 }, () => line).join("\n");
}

/** Microseconds of CPU a token. */
function measure(tokens: string[]): number {
  const started = process.cpuUsage();
  const gate = createAnswerGate(SOURCES);
  let length = 0;
  for (const token of tokens) length += gate.push(token).length;
  length += gate.end().text.length;
  if (length === 0) throw new Error("The gate let nothing through.");
  const { user, system } = process.cpuUsage(started);
  return (user + system) / tokens.length;
}

console.log(
  `Microseconds of CPU a token of ${TOKEN} characters (target ≤ ${TARGET}), ${RUNS} runs:`,
);
for (const [name, answer] of Object.entries(ANSWERS)) {
  const tokens = answer.match(new RegExp(`[^]{1,${TOKEN}}`, "g")) ?? [];
  const times = Array.from({ length: RUNS }, () => measure(tokens));
  const [median, slow] = [percentile(times, 0.5), percentile(times, 0.95)];
  console.log(`   ${name.padEnd(32)}${median.toFixed(2)}   p95 ${slow.toFixed(2)}`);
}
