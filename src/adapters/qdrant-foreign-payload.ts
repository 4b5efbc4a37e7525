import type { Chunk, Metadata } from "../ports.ts";

/*
 * Points that somebody else wrote, read as chunks: fields as LangChain (`page_content`, `metadata`), LlamaIndex
 * (`_node_content`), Haystack (`content`) and most people's own scripts write them.
 */

const TEXT = ["text", "content", "page_content", "chunk", "document"];
const TITLE = ["title", "file_name", "filename", "name"];
const URL = ["url", "source_url", "link", "source"];
const DOCUMENT = ["document_id", "doc_id", "ref_doc_id", "source", "file_path"];

/** Characters of a passage at most: the model and a reader take no more of one. */
const LONGEST = 12_000;

type Fields = Record<string, unknown>;

/** Undefined where no field holds a text. `textField` is looked at first; dots lead into it. */
export function chunkFromForeign(
  id: string,
  payload: unknown,
  textField: string | undefined,
): Chunk | undefined {
  const fields = toFields(payload);
  const node = readNode(fields["_node_content"]);
  const metadata = { ...toFields(node["metadata"]), ...toFields(fields["metadata"]) };
  const whole =
    readText(textField?.split(".").reduce<unknown>(readField, fields)) ??
    findText([fields, node], TEXT);
  if (whole === undefined) return undefined;
  const places = [fields, metadata];
  const documentId = findText(places, DOCUMENT) ?? id;
  const url = findText(places, URL, /^https?:\/\/\S+$/);
  const text = whole.slice(0, LONGEST).toWellFormed();
  return {
    id,
    documentId,
    index: 0,
    text,
    title: findText(places, TITLE) ?? url ?? documentId,
    heading: [],
    start: 0,
    end: text.length,
    ...(url === undefined ? {} : { url }),
    metadata: toMetadata(metadata),
    words: 0,
    grams: 0,
  };
}

/** LlamaIndex keeps a whole node as JSON in one field. */
function readNode(json: unknown): Fields {
  if (typeof json !== "string") return {};
  try {
    return toFields(JSON.parse(json));
  } catch {
    return {};
  }
}

function findText(places: Fields[], names: string[], pattern = /\S/): string | undefined {
  for (const place of places) {
    for (const name of names) {
      const text = readText(place[name]);
      // LlamaIndex writes "None" where it knows nothing.
      if (text !== undefined && text !== "None" && pattern.test(text)) return text;
    }
  }
  return undefined;
}

function readText(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

function readField(value: unknown, name: string): unknown {
  return toFields(value)[name];
}

function toFields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

function toMetadata(fields: Fields): Metadata {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string | number | boolean] =>
      ["string", "number", "boolean"].includes(typeof entry[1]),
    ),
  );
}
