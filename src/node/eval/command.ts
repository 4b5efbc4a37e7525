import { statSync } from "node:fs";
import { parseArgs } from "node:util";
import type { CollectionsBy } from "./collections.ts";
import { EvalError } from "./eval-error.ts";

export const USAGE = `Measures retrieval and answers with labelled questions, over HTTP.

  npm run eval                            the labelled questions of fixtures/
  npm run eval -- --rated <file>          asks the questions again that readers have rated: lines of
                                          GET /feedback. Of the server at HOST and PORT, else of
                                          one that is started with the same environment
  npm run eval -- <folder> [options]      a set in BEIR's layout: corpus.jsonl, queries.jsonl,
                                          and qrels.tsv or qrels/test.tsv

  --collections-by field|prefix   several collections: by the documents' field "collection", or by
                                  the part of their ids before the first - or :
  --format text|markdown          how documents are read; default text
  --split <name>                  labels from qrels/<name>.tsv; default test
  --questions <number>            only so many questions, spread evenly
  --answers                       also has every question answered, with the refusal off
  --off-topic <folder>            questions of another set, which nothing here answers: how many are
                                  "not found", and which EVIDENCE_THRESHOLD suits both kinds best
  --tune                          nDCG@10 for each weight of the dense leg; needs COHERE_API_KEY
  --json [file]                   figures for machines, to the file or instead of the table
  --svg <file>                    a plot of the figures
  --misses                        lists the questions that failed

Documents are kept in memory, or at QDRANT_URL in collections whose names begin with eval-.`;

export interface Command {
  /** Absent: the sample questions. */
  folder: string | undefined;
  collectionsBy: CollectionsBy | undefined;
  format: "text" | "markdown";
  split: string;
  questions: number;
  answers: boolean;
  /** Folder of the other set. */
  offTopic: string | undefined;
  tune: boolean;
  /** Where JSON goes; true is the standard output. */
  json: string | boolean;
  svg: string | undefined;
  misses: boolean;
  /** File of rated questions. */
  rated: string | undefined;
}

/** Reads the command line; undefined when it asks for help. Throws an `EvalError` that says what is wrong with it. */
export function readCommand(commandLine: string[]): Command | undefined {
  const { json, rest } = takeJson(commandLine);
  const { values, positionals } = parse(rest);
  if (values.help) return undefined;
  if (positionals.length > 1)
    throw new EvalError(`One folder can be measured at a time, not ${positionals.length}.`);
  const folder = positionals[0];
  const foreign = (["collections-by", "format", "split", "questions"] as const).find(
    (name) => values[name] !== undefined,
  );
  if (folder === undefined && foreign !== undefined)
    throw new EvalError(`--${foreign} needs the folder of a set.`);
  if (values.rated !== undefined) refuseBeside(values, positionals);
  return {
    folder,
    collectionsBy: oneOf("collections-by", values["collections-by"], ["field", "prefix"] as const),
    format: oneOf("format", values.format, ["text", "markdown"] as const) ?? "text",
    split: values.split ?? "test",
    questions: readCount(values.questions),
    answers: values.answers,
    offTopic: values["off-topic"],
    tune: values.tune,
    json,
    svg: values.svg,
    misses: values.misses,
    rated: values.rated,
  };
}

/** What means nothing for rated questions. */
function refuseBeside(values: Record<string, unknown>, positionals: string[]): void {
  const other = ["answers", "off-topic", "tune", "svg"].find(
    (name) => values[name] !== undefined && values[name] !== false,
  );
  if (other !== undefined) throw new EvalError(`--${other} can not be used with --rated.`);
  if (positionals.length > 0)
    throw new EvalError("--rated asks the questions of its file: leave the folder away.");
}

/** `--json` may stand without a file, which `parseArgs` does not know. */
function takeJson(commandLine: string[]): { json: string | boolean; rest: string[] } {
  const at = commandLine.findIndex((part) => part === "--json" || part.startsWith("--json="));
  if (at === -1) return { json: false, rest: commandLine };
  const given = commandLine[at]!;
  if (given.includes("=")) {
    const rest = commandLine.toSpliced(at, 1);
    return { json: given.slice(given.indexOf("=") + 1) || true, rest };
  }
  const next = commandLine[at + 1];
  const isFile = next !== undefined && !next.startsWith("-") && !isFolder(next);
  return { json: isFile ? next : true, rest: commandLine.toSpliced(at, isFile ? 2 : 1) };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function parse(commandLine: string[]) {
  try {
    return parseArgs({
      args: commandLine,
      allowPositionals: true,
      options: {
        "collections-by": { type: "string" },
        format: { type: "string" },
        split: { type: "string" },
        questions: { type: "string" },
        answers: { type: "boolean", default: false },
        "off-topic": { type: "string" },
        tune: { type: "boolean", default: false },
        svg: { type: "string" },
        misses: { type: "boolean", default: false },
        rated: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (cause) {
    throw new EvalError(`${(cause as Error).message.split(". ")[0]}. See --help.`, { cause });
  }
}

function oneOf<Name extends string>(
  option: string,
  value: string | undefined,
  names: readonly Name[],
): Name | undefined {
  if (value === undefined) return undefined;
  const found = names.find((name) => name === value);
  if (found !== undefined) return found;
  throw new EvalError(`--${option} is ${names.join(" or ")}, not "${value}".`);
}

function readCount(value: string | undefined): number {
  if (value === undefined) return Infinity;
  if (/^[1-9]\d*$/.test(value)) return Number(value);
  throw new EvalError(`--questions is a whole number above 0, not "${value}".`);
}
