import { fileURLToPath } from "node:url";
import * as z from "zod";
import { readSamples } from "../files.ts";
import { readJsonLines } from "./json-lines.ts";
import type { LabelledDocument, LabelledQuestion } from "./labelled-set.ts";
import { holdsGold } from "./gold.ts";
import { type Estimate, estimate } from "./metrics.ts";
import type { Outcome } from "./run.ts";

/*
 * The labelled questions of `fixtures/`: beside those with an answer there are some whose answer is missing, and some
 * that are off topic.
 */

export interface SampleQuestion extends LabelledQuestion {
  language: "en" | "ko";
  kind: "answerable" | "follow-up" | "missing" | "off-topic";
}

export type SampleFigures = Record<string, Record<"en" | "ko" | "all", Estimate>>;

export function readSampleQuestions(): SampleQuestion[] {
  const file = new URL("../../../fixtures/questions.jsonl", import.meta.url);
  return readJsonLines(fileURLToPath(file), line).map(({ value }) => value);
}

/** The sample documents by collection. */
export function readSampleDocuments(): Map<string, LabelledDocument[]> {
  return new Map(
    Object.entries(readSamples()).map(([collection, documents]) => [
      collection,
      documents.map(({ id, text }) => ({ id, text, title: "", collection })),
    ]),
  );
}

/** Shares of the questions, by language. */
export function sampleFigures(outcomes: Outcome<SampleQuestion>[]): SampleFigures {
  const isAnswerable = ({ question: { kind } }: Outcome<SampleQuestion>): boolean =>
    kind === "answerable" || kind === "follow-up";
  type Test = (outcome: Outcome<SampleQuestion>) => boolean;
  const rows: [string, Test, Test][] = [
    ["document among the sources", isAnswerable, isDocumentShown],
    ["… of follow-up questions", ({ question }) => question.kind === "follow-up", isDocumentShown],
    ["answer in the quoted sentences", isAnswerable, isAnswerWritten],
    ["false refusals", isAnswerable, isRefused],
    ["off topic: not found", ({ question }) => question.kind === "off-topic", isRefused],
    ["answer missing: not found", ({ question }) => question.kind === "missing", isRefused],
  ];
  return Object.fromEntries(
    rows.map(([name, applies, counts]) => {
      const share = (language?: "en" | "ko"): Estimate =>
        estimate(
          outcomes
            .filter(
              (outcome) =>
                applies(outcome) &&
                (language === undefined || outcome.question.language === language),
            )
            .map((outcome) => ({ value: counts(outcome) ? 1 : 0, of: 1 })),
        );
      return [name, { en: share("en"), ko: share("ko"), all: share() }];
    }),
  );
}

/** Whether the answer is not what the label wants. */
export function isSampleMissed(outcome: Outcome<SampleQuestion>): boolean {
  const { kind } = outcome.question;
  if (kind === "off-topic" || kind === "missing") return !isRefused(outcome);
  return !isDocumentShown(outcome) || !isAnswerWritten(outcome) || isRefused(outcome);
}

function isDocumentShown({ question, answered }: Outcome<SampleQuestion>): boolean {
  return answered?.sources.some(({ documentId }) => question.relevant.has(documentId)) === true;
}

function isAnswerWritten({ question, answered }: Outcome<SampleQuestion>): boolean {
  return holdsGold(answered?.answer ?? "", question.answers);
}

function isRefused({ answered }: Outcome<SampleQuestion>): boolean {
  return answered?.answered !== true;
}

const line = z
  .object({
    id: z.string(),
    language: z.enum(["en", "ko"]),
    kind: z.enum(["answerable", "follow-up", "missing", "off-topic"]),
    question: z.string(),
    history: z
      .array(z.object({ role: z.enum(["user", "assistant"]), content: z.string() }))
      .default([]),
    document: z.string().optional(),
    answer: z.string().optional(),
  })
  .transform(({ question, document, answer, ...rest }): SampleQuestion => ({
    ...rest,
    text: question,
    answers: answer === undefined ? [] : [answer],
    relevant: new Map(document === undefined ? [] : [[document, 1]]),
  }));
