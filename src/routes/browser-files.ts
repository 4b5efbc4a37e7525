import type { BrowserCode } from "../platform.ts";

/** One ES module for browsers. */
export interface BrowserFile {
  text: string;
  /** Of the text: the strong ETag, and the part of the name that changes with it. */
  hash: string;
  /** Where it stands for good: `/widget-<hash>.js`. */
  path: string;
}

export type BrowserFiles = Record<keyof BrowserCode, BrowserFile>;

/** Hexadecimal digits of a hash: 64 bits tell versions of one file apart. */
const HASH_DIGITS = 16;

/** Reads and hashes the files once, when they are first wanted: nothing of it can be done while modules load. */
export function createBrowserFiles(read: () => BrowserCode): () => Promise<BrowserFiles> {
  let files: Promise<BrowserFiles> | undefined;
  return () => (files ??= hashFiles(read()));
}

async function hashFiles({ widget, demo }: BrowserCode): Promise<BrowserFiles> {
  const [hashedWidget, hashedDemo] = await Promise.all([
    hashFile("widget", widget),
    hashFile("demo", demo),
  ]);
  return { widget: hashedWidget, demo: hashedDemo };
}

async function hashFile(name: string, text: string): Promise<BrowserFile> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const hash = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .slice(0, HASH_DIGITS);
  return { text, hash, path: `/${name}-${hash}.js` };
}
