import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join, relative, resolve, sep } from "node:path";
import type { CliDocument, Refusal } from "./cli-send.ts";

const FORMATS: Record<string, "markdown" | "text"> = {
  ".md": "markdown",
  ".markdown": "markdown",
  ".txt": "text",
  ".text": "text",
};
const LARGEST = 4_000_000;

/**
 * Reads every file below the given paths. What can not be a document is named with the reason, as is a second file
 * that would replace the first one under the same id; hidden files are passed over.
 */
export function readFolder(paths: string[]): { documents: CliDocument[]; refused: Refusal[] } {
  const documents: CliDocument[] = [];
  const refused: Refusal[] = [];
  const fileOfId = new Map<string, string>();
  for (const path of paths) {
    for (const file of listFiles(path, refused)) {
      const id = file === path ? basename(file) : relative(path, file).split(sep).join("/");
      const other = fileOfId.get(id);
      // A file that is given twice is read once.
      if (other !== undefined && resolve(other) === resolve(file)) continue;
      const read =
        other === undefined
          ? readDocument(file, id)
          : { why: `has the id ${id}, as ${other} has; ingest the folder above both` };
      if ("why" in read) refused.push({ name: file, why: read.why });
      else {
        documents.push(read);
        fileOfId.set(id, file);
      }
    }
  }
  return { documents, refused };
}

function listFiles(path: string, refused: Refusal[]): string[] {
  try {
    if (statSync(path).isFile()) return [path];
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith(".") && entry.name !== "node_modules")
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) =>
        entry.isDirectory() || entry.isFile() ? listFiles(join(path, entry.name), refused) : [],
      );
  } catch (error) {
    refused.push({
      name: path,
      why: (error as NodeJS.ErrnoException).code === "ENOENT" ? "does not exist" : "cannot be read",
    });
    return [];
  }
}

function readDocument(file: string, id: string): CliDocument | { why: string } {
  const format = FORMATS[extname(file).toLowerCase()];
  if (format === undefined)
    return { why: "is neither Markdown nor plain text (.md, .markdown, .txt, .text)" };
  if (statSync(file).size > LARGEST) return { why: `is larger than ${LARGEST} bytes` };
  const bytes = readFileSync(file);
  if (bytes.includes(0)) return { why: "is binary" };
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { why: "is not UTF-8" };
  }
  return text.trim() === "" ? { why: "is empty" } : { file, id, text, format };
}
