/** Text modules: wrangler's Text rule turns these imports into strings (only `worker.ts` uses them). */
declare module "*.md" {
  const text: string;
  export default text;
}
declare module "*.html" {
  const text: string;
  export default text;
}

declare module "*.js.txt" {
  const text: string;
  export default text;
}

/** A style sheet, minified. */
declare module "*.css" {
  const text: string;
  export default text;
}

declare module "wink-porter2-stemmer" {
  export default function stem(word: string): string;
}
