import type * as z from "zod";
import { AppError, invalidField, invalidFields } from "../errors.ts";
import { documentBody, documentList } from "./document-schema.ts";
import type { DocumentInput } from "./prepare.ts";

/** The body of a request that stores documents, as it came: for 16 MB alone the JSON takes up to 100 ms. */
export interface DocumentsBody {
  bytes: ArrayBuffer;
  /** Id of the one document that the body is; a list of documents with ids when absent. */
  id?: string;
}

/** Throws `bad-request`, `invalid` or `too-large` for what can not be indexed, by its name where it has one. */
export function readDocuments({ bytes, id }: DocumentsBody, longest: number): DocumentInput[] {
  const value = parseJson(bytes);
  const documents =
    id === undefined
      ? check(documentList, value).documents
      : [{ id, ...check(documentBody, value) }];
  const seen = new Set<string>();
  for (const document of documents) {
    if (seen.has(document.id))
      throw invalidField("documents", `The document "${document.id}" occurs twice.`);
    seen.add(document.id);
    checkText(document, longest);
  }
  return documents;
}

function parseJson(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new AppError("bad-request", "The request's body is not valid JSON.", { cause });
  }
}

function check<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidFields(parsed.error.issues);
}

function checkText({ id, text }: DocumentInput, longest: number): void {
  if (text.trim() === "") throw invalidField("text", `The document "${id}" is empty.`);
  if (text.length > longest)
    throw new AppError("too-large", `The document "${id}" has more than ${longest} characters.`);
  if (text.includes("\0") || (text.match(/\uFFFD/g)?.length ?? 0) > 10 + text.length / 100)
    throw invalidField("text", `The document "${id}" is not text in UTF-8.`);
}
