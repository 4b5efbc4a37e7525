import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT, runProcess } from "./tributary.ts";

/** Files that must not pass, and which rule must stop them. */
const FORBIDDEN: [path: string, rule: string, content: string][] = [
  imports("src/chat/x.ts", "../adapters/qdrant.ts"),
  imports("src/chat/y.ts", "../qdrant-local/engine.ts"),
  imports("src/chat/z.ts", "cohere-ai"),
  imports("src/ingest/x.ts", "../chat/answer.ts"),
  imports("src/ingest/y.ts", "hono"),
  imports("src/text/x.ts", "node:fs"),
  imports("src/text/y.ts", "../chat/answer.ts"),
  imports("src/resilience.ts", "./qdrant-local/engine.ts"),
  imports("src/adapters/x.ts", "./cohere.ts"),
  imports("src/adapters/y.ts", "../config.ts"),
  imports("src/qdrant-local/x.ts", "../errors.ts"),
  imports("src/routes/x.ts", "../adapters/qdrant.ts"),
  imports("src/middleware/x.ts", "@qdrant/js-client-rest"),
  imports("src/app.ts", "./adapters/qdrant.ts"),
  imports("src/services.ts", "./qdrant-local/engine.ts"),
  imports("src/services.ts", "./node/main.ts"),
  imports("src/worker.ts", "./node/main.ts"),
  imports("src/node/x.ts", "../adapters/qdrant.ts"),
  imports("src/routes/y.ts", "../widget/main.ts"),
  imports("src/widget/x.ts", "../text/tokenize.ts"),
  imports("src/widget/y.ts", "zod"),
  ["src/chat/fs.ts", "no-nodejs-modules", `import fs from "fs";\nexport const y = fs;\n`],
  [
    "src/text/a.ts",
    "no-cycle",
    `import { b } from "./b.ts";\nexport const a = (): unknown => b;\n`,
  ],
  [
    "src/text/b.ts",
    "no-cycle",
    `import { a } from "./a.ts";\nexport const b = (): unknown => a;\n`,
  ],
  ["src/chat/any.ts", "no-explicit-any", "export const y = (x: any): unknown => x;\n"],
  ["src/chat/log.ts", "no-console", 'export const y = (): void => console.log("x");\n'],
  ["src/chat/default.ts", "no-default-export", "const y = 1;\nexport default y;\n"],
  ["src/chat/lines.ts", "max-lines", lines(251, (n) => `export const v${n} = ${n};`)],
  [
    "src/chat/long.ts",
    "max-lines-per-function",
    `export function y(x: number[]): void {\n${lines(60, (n) => `  x.push(${n});`)}}\n`,
  ],
  [
    "src/chat/branches.ts",
    "complexity",
    `export function y(x: number): number {\n${lines(12, (n) => `  if (x === ${n}) return ${n + 1};`)}  return 0;\n}\n`,
  ],
];

/** The same kinds of file where they are right. */
const ALLOWED: [path: string, content: string][] = [
  allows("src/chat/right.ts", "../text/tokenize.ts"),
  allows("src/text/right.ts", "../errors.ts"),
  allows("src/adapters/right.ts", "cohere-ai"),
  allows("src/routes/right.ts", "hono"),
  allows("src/widget/right.ts", "eventsource-parser/stream"),
  allows("src/node/right.ts", "node:fs"),
  allows("src/node/also-right.ts", "../qdrant-local/engine.ts"),
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tributary-fences-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function imports(path: string, specifier: string): [string, string, string] {
  return [
    path,
    "no-restricted-imports",
    `import { x } from "${specifier}";\nexport const y = x;\n`,
  ];
}

function allows(path: string, specifier: string): [string, string] {
  return [path, `import { x } from "${specifier}";\nexport const y = x;\n`];
}

function lines(count: number, line: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => `${line(n)}\n`).join("");
}

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

interface Diagnostic {
  code: string;
  filename: string;
}

/** Puts the files into a tree of their own beside the project's configuration, and lints them. */
async function lint(files: [path: string, content: string][]): Promise<Diagnostic[]> {
  rmSync(join(folder, "src"), { recursive: true, force: true });
  cpSync(`${ROOT}.oxlintrc.json`, join(folder, ".oxlintrc.json"));
  for (const [path, content] of files) write(path, content);
  const { stdout } = await runProcess(
    `${ROOT}node_modules/.bin/oxlint`,
    ["--config", ".oxlintrc.json", "--deny-warnings", "--format", "json", "src"],
    { cwd: folder },
  );
  return (JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics;
}

describe("the lint fences", () => {
  // Files of one path exclude each other, so they go in two rounds.
  const isFirst = ([path]: [string, ...string[]], index: number): boolean =>
    FORBIDDEN.findIndex(([other]) => other === path) === index;
  const rounds = [
    FORBIDDEN.filter(isFirst),
    FORBIDDEN.filter((file, index) => !isFirst(file, index)),
  ];
  let found: string[];

  beforeAll(async () => {
    found = [];
    for (const round of rounds) {
      const diagnostics = await lint(round.map(([path, , content]) => [path, content]));
      const contents = new Map(round.map(([path, , content]) => [path, content]));
      for (const { code, filename } of diagnostics)
        found.push(`${filename} ${code} ${contents.get(filename)}`);
    }
  });

  it.each(FORBIDDEN)("stop %s: %s", (path, rule, content) => {
    const here = found.filter((entry) => entry.startsWith(`${path} `) && entry.endsWith(content));
    expect(here.map((entry) => entry.split(" ")[1])).toContainEqual(
      expect.stringMatching(new RegExp(`\\(${rule}\\)$`)),
    );
  });

  it("let pass what is right", async () => {
    expect(await lint(ALLOWED)).toEqual([]);
  });
});

describe("the type fence", () => {
  const check = (project: string): ReturnType<typeof runProcess> =>
    runProcess(`${ROOT}node_modules/.bin/tsc`, ["-p", join(folder, project)]);

  function project(name: string, base: string, files: Record<string, string>): void {
    for (const [file, content] of Object.entries(files)) write(`${name}/${file}`, content);
    const compilerOptions = { typeRoots: [`${ROOT}node_modules/@types`] };
    const own = { extends: `${ROOT}${base}`, compilerOptions, include: ["*.ts"], exclude: [] };
    write(`${name}/tsconfig.json`, JSON.stringify(own));
    write("package.json", '{"type":"module"}');
  }

  it("stops what only Node has", async () => {
    project("edge", "src/tsconfig.json", {
      "process.ts": "export const y = process.env;\n",
      "buffer.ts": 'export const y = Buffer.from("x");\n',
      "fs.ts": 'import { readFileSync } from "node:fs";\nexport const y = readFileSync;\n',
      "enum.ts": "export enum Y {\n  A,\n}\n",
      "right.ts": 'export const y = new TextEncoder().encode("x");\n',
    });
    const { code, stdout } = await check("edge");
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/process\.ts.+TS2\d+/);
    expect(stdout).toMatch(/buffer\.ts.+TS2\d+/);
    expect(stdout).toMatch(/fs\.ts.+TS2\d+/);
    expect(stdout).toMatch(/enum\.ts.+TS1294/);
    expect(stdout).not.toContain("right.ts");
  });

  it("lets Node's own folder use it", async () => {
    project("node", "src/node/tsconfig.json", {
      "process.ts": "export const y = process.env;\n",
      "fs.ts": 'import { readFileSync } from "node:fs";\nexport const y = readFileSync;\n',
    });
    expect(await check("node")).toMatchObject({ code: 0, stdout: "" });
  });
});

describe("the fence against faults that nobody caught", () => {
  it("is left standing: vitest fails a run for them unless it is told not to", () => {
    for (const file of ["test/vitest.config.ts", "package.json"])
      expect(readFileSync(join(ROOT, file), "utf8")).not.toMatch(/dangerously|onUnhandledError/i);
  });
});
