/**
 * The prompts and the placeholders that each must hold. `no-answer.<language>` files may be added freely: their first
 * line says that nothing was found, the others are for answers that list the nearest sources.
 */
const PLACEHOLDERS = {
  answer: ["nonce", "language", "missing"],
  question: ["nonce", "sources", "question"],
  condense: ["nonce", "history", "question"],
  title: ["nonce", "conversation"],
  "no-answer": [],
} as const satisfies Record<string, readonly string[]>;

/** `{{name}}` or `{{ name }}`: one pattern, so that whatever the check accepts is filled in. */
const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;

type PromptName = keyof typeof PLACEHOLDERS;

/** Checked prompt texts. */
export interface Prompts {
  /** Fills a prompt's placeholders; values are put in as they are, and never searched for placeholders themselves. */
  render<Name extends PromptName>(
    name: Name,
    values: Record<(typeof PLACEHOLDERS)[Name][number], string>,
  ): string;
  /** The text for "nothing found" in the language of a tag, in English where there is none. */
  noAnswer(language: string, listsSources: boolean): string;
}

/**
 * Checks the files of `prompts/` (name without `.md` → text). Throws one Error that lists every missing prompt
 * and every missing or unknown placeholder.
 */
export function createPrompts(files: Record<string, string>): Prompts {
  const problems = Object.entries(PLACEHOLDERS).flatMap(([name, expected]) =>
    checkPrompt(name, files[name], expected),
  );
  if (problems.length > 0)
    throw new Error(
      `The prompts need mending:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
  const text = (name: string): string => (files[name] ?? "").trim();
  const noAnswers = new Map(
    Object.keys(files).map((name) => [name.toLowerCase(), text(name)] as const),
  );
  const findNoAnswer = (language: string): string => {
    // pt-BR is answered in pt where it has no text of its own.
    for (let tag = language.toLowerCase(); tag !== ""; tag = tag.replace(/(?:^|-)[^-]*$/, "")) {
      const known = noAnswers.get(`no-answer.${tag}`);
      if (known) return known;
    }
    return text("no-answer");
  };
  return {
    render(name, values) {
      const lookUp = values as Record<string, string>;
      return text(name)
        .replace(PLACEHOLDER, (_, key: string) => lookUp[key] ?? "")
        .trim();
    },
    noAnswer(language, listsSources) {
      const whole = findNoAnswer(language);
      return listsSources ? whole : whole.split("\n", 1)[0]!.trim();
    },
  };
}

function checkPrompt(
  name: string,
  text: string | undefined,
  expected: readonly string[],
): string[] {
  if (text === undefined || text.trim() === "") return [`prompts/${name}.md is missing or empty`];
  const found = new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ""));
  return [
    ...expected
      .filter((key) => !found.has(key))
      .map((key) => `prompts/${name}.md must hold {{${key}}}`),
    ...[...found]
      .filter((key) => !expected.includes(key))
      .map((key) => `prompts/${name}.md holds {{${key}}}, which nothing fills in`),
  ];
}
