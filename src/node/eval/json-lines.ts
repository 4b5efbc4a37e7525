import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type * as z from "zod";
import { EvalError } from "./eval-error.ts";

/** The text of a file. Throws an `EvalError` when it can not be read. */
export function readText(file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (cause) {
    if (cause instanceof TypeError) throw new EvalError(`${file} is not UTF-8.`, { cause });
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === "ENOENT" ? "does not exist" : "cannot be read";
    throw new EvalError(`${file} ${why}.`, { cause });
  }
}

/** One value a line, checked; empty lines are passed over. Throws an `EvalError` that names the line. */
export function readJsonLines<T>(file: string, schema: z.ZodType<T>): { line: number; value: T }[] {
  const values: { line: number; value: T }[] = [];
  for (const [index, text] of readText(file).split("\n").entries()) {
    if (text.trim() === "") continue;
    const place = `${basename(file)}, line ${index + 1}`;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (cause) {
      throw new EvalError(`${place} is not JSON.`, { cause });
    }
    const parsed = schema.safeParse(json);
    if (!parsed.success) throw new EvalError(`${place}: ${describeIssue(parsed.error.issues[0])}`);
    values.push({ line: index + 1, value: parsed.data });
  }
  return values;
}

function describeIssue(issue: z.core.$ZodIssue | undefined): string {
  const field = issue?.path.join(".") ?? "";
  return field === "" ? "this is no JSON object." : `the field "${field}" is missing or wrong.`;
}
