import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import * as z from "zod";
import type { Message } from "../../chat/events.ts";
import { EvalError } from "./eval-error.ts";
import { readJsonLines, readText } from "./json-lines.ts";

export interface LabelledDocument {
  id: string;
  title: string;
  text: string;
  /** The corpus's own field. */
  collection: string | undefined;
}

export interface LabelledQuestion {
  id: string;
  text: string;
  /** Earlier turns, oldest first. */
  history: Message[];
  /** Any of them is right; empty where the set has none. */
  answers: string[];
  /** Document id → grade above 0. */
  relevant: Map<string, number>;
}

/** Documents and questions with what belongs to what. */
export interface LabelledSet {
  name: string;
  documents: LabelledDocument[];
  /** Those with at least one relevant document. */
  questions: LabelledQuestion[];
  /** What was left out, in sentences. */
  notes: string[];
}

/**
 * Reads a folder in BEIR's layout: `corpus.jsonl`, `queries.jsonl`, and `qrels.tsv` or `qrels/<split>.tsv`. Throws an
 * `EvalError` that names file and line when something is missing or broken.
 */
export function readLabelledSet(folder: string, split: string): LabelledSet {
  if (!existsSync(folder)) throw new EvalError(`The folder ${folder} does not exist.`);
  if (!statSync(folder).isDirectory())
    throw new EvalError(
      `${folder} is a file: name the folder that holds corpus.jsonl and queries.jsonl.`,
    );
  const corpus = unique(readJsonLines(join(folder, "corpus.jsonl"), corpusLine), "corpus.jsonl");
  const queries = unique(readJsonLines(join(folder, "queries.jsonl"), queryLine), "queries.jsonl");
  const relevance = readRelevance(findRelevance(folder, split));

  const documents = corpus.filter(({ text }) => text.trim() !== "");
  const judged = queries.filter(({ id }) => relevance.has(id));
  const questions = judged.filter(({ text }) => text !== "");
  if (documents.length === 0) throw new EvalError("corpus.jsonl holds no document with a text.");
  if (questions.length === 0)
    throw new EvalError("queries.jsonl holds no question that has a relevant document in qrels.");
  const known = new Set(documents.map(({ id }) => id));
  const labels = questions.flatMap(({ id }) => [...(relevance.get(id)?.keys() ?? [])]);
  const notes: [number, string][] = [
    [corpus.length - documents.length, "Documents without a text, which were left out"],
    [queries.length - judged.length, "Questions without a relevant document, which were left out"],
    [judged.length - questions.length, "Empty questions, which were left out"],
    [
      labels.filter((id) => !known.has(id)).length,
      "Labels of documents that are not there, which count as not found",
    ],
  ];
  return {
    name: basename(resolve(folder)),
    documents,
    questions: questions.map((question) => ({
      ...question,
      relevant: relevance.get(question.id) ?? new Map(),
    })),
    notes: notes.flatMap(([count, what]) => (count === 0 ? [] : [`${what}: ${count}.`])),
  };
}

function unique<T extends { id: string }>(lines: { line: number; value: T }[], file: string): T[] {
  const seen = new Map<string, number>();
  for (const { line, value } of lines) {
    const first = seen.get(value.id);
    if (first !== undefined)
      throw new EvalError(`${file}, line ${line}: the _id "${value.id}" is that of line ${first}.`);
    seen.set(value.id, line);
  }
  return lines.map(({ value }) => value);
}

function findRelevance(folder: string, split: string): string {
  const files = [join(folder, "qrels.tsv"), join(folder, "qrels", `${split}.tsv`)];
  const found = files.find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new EvalError(
    `There are no labels in ${folder}: it needs a qrels.tsv or a qrels/${split}.tsv.`,
  );
}

/** `query-id corpus-id score` a line, separated by tabs, with or without that head. */
function readRelevance(file: string): Map<string, Map<string, number>> {
  const relevance = new Map<string, Map<string, number>>();
  for (const [index, line] of readText(file).split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const [query, document, score, ...more] = line.split("\t");
    const grade = Number(score);
    const isWhole = query !== undefined && document !== undefined && more.length === 0;
    if (!isWhole || score === undefined || score.trim() === "" || !Number.isFinite(grade)) {
      if (index === 0) continue;
      throw new EvalError(
        `${basename(file)}, line ${index + 1} is not "query-id corpus-id score", separated by tabs.`,
      );
    }
    if (grade <= 0) continue;
    const ofQuery = relevance.get(query) ?? new Map<string, number>();
    relevance.set(query, ofQuery.set(document, grade));
  }
  return relevance;
}

const id = z.union([z.string().min(1), z.number()]).transform(String);

const corpusLine = z
  .object({
    _id: id,
    title: z.string().nullish(),
    text: z.string(),
    collection: z.string().nullish(),
  })
  .transform(({ _id, title, text, collection }) => ({
    id: _id,
    title: title?.trim() ?? "",
    text,
    collection: collection ?? undefined,
  }));

const turn = z
  .object({
    speaker: z.string().nullish(),
    role: z.string().nullish(),
    text: z.string().nullish(),
    content: z.string().nullish(),
  })
  .transform(({ speaker, role, text, content }): Message => ({
    role: (speaker ?? role) === "user" ? "user" : "assistant",
    content: text ?? content ?? "",
  }));

export const queryLine = z
  .object({
    _id: id,
    text: z.string(),
    answers: z.array(z.string()).nullish(),
    history: z.array(turn).nullish(),
  })
  .transform(({ _id, text, answers, history }) => ({
    id: _id,
    text: text.trim(),
    answers: answers ?? [],
    history: history ?? [],
  }));
