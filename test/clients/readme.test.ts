// The lines for a terminal that README.md shows, each run as it stands there but for the port.
import { readdirSync, readFileSync } from "node:fs";
import type { UIMessage } from "ai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT, runProcess, startTributary, type Tributary } from "../node/tributary.ts";
import { readmeCode, readReadme, readReadmeCode } from "./readme-code.ts";

/** Blocks that say more than a test can run here, by their first words; what they name is tested elsewhere. */
const NOT_RUN = ["npm ci && npm start", "npm run ingest", "npm run eval"];

describe("the code in README.md", () => {
  it("runs in a test, all of it", () => {
    const rest = readReadmeCode().filter(
      ({ name, language }) => name === "" && language !== "text",
    );
    const unknown = rest.filter(({ text }) => !NOT_RUN.some((words) => text.startsWith(words)));
    expect(unknown.map(({ text }) => text)).toEqual([]);
  });
});

describe("what README.md says of the widget", () => {
  const folder = `${ROOT}src/widget/`;
  const css = readFileSync(`${folder}style.css`, "utf8");
  const code = readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(folder + name, "utf8"))
    .join("");
  const names = (text: string, pattern: RegExp): string[] =>
    [...new Set([...text.matchAll(pattern)].map(([, name]) => name!))].toSorted();

  it("names its CSS properties, all of them", () => {
    const property = /(--tributary-[a-z-]+)/g;
    expect(names(readReadme(), property)).toEqual(names(css, property));
  });

  it("names parts, attributes, methods and events that exist", () => {
    const [, parts = ""] = /the parts are ([^;.]+)\./.exec(readReadme()) ?? [];
    const [, rows = ""] = /\| attribute \|([^]*?)\n\n/.exec(readReadme()) ?? [];
    const [, methods = ""] = /Methods: ([^.]+)\./.exec(readReadme()) ?? [];
    const [classes, attributes] = [
      names(parts, /`([\w-]+)`/g),
      names(rows, /`(\w+)`(?=[^|]*\|.*\|.*\|$)/gm),
    ];
    expect(classes.length).toBeGreaterThan(10);
    for (const name of classes) expect(code).toMatch(new RegExp(`class: ["\`]${name}["\` ]`));
    expect(attributes.length).toBeGreaterThan(6);
    for (const name of attributes) expect(code + css).toMatch(new RegExp(`"${name}"|\\[${name}=`));
    for (const name of names(methods, /`(\w+)\(/g)) expect(code).toContain(`  ${name}(`);
    for (const name of names(readReadme(), /`tributary-(\w+)`/g))
      expect(code).toContain(`"${name}"`);
  });
});

describe("the lines in README.md", () => {
  let tributary: Tributary;
  beforeAll(async () => {
    tributary = await startTributary();
  });
  afterAll(() => tributary.stop());

  /** What the line prints. */
  async function run(name: string, change = (line: string) => line): Promise<string> {
    const line = change(readmeCode(name, tributary.url));
    const { code, stdout, stderr } = await runProcess("bash", ["-c", line]);
    expect(code, stderr).toBe(0);
    return stdout;
  }

  it("put-document stores one, which is then found", async () => {
    expect(JSON.parse(await run("put-document"))).toMatchObject({
      collection: "handbook",
      documents: [{ id: "holidays", title: "Holidays" }],
    });
    const asked = JSON.stringify({ query: "How many days of holiday?", collections: ["handbook"] });
    const found = await fetch(`${tributary.url}/search`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: asked,
    });
    expect(await found.text()).toContain("28 days");
  });

  it("curl-json brings one JSON value", async () => {
    const answer = JSON.parse(await run("curl-json")) as Record<string, unknown>;
    expect(answer).toMatchObject({
      answer: expect.stringContaining("1.62 kg"),
      answered: true,
      conversationId: expect.any(String),
      sources: expect.arrayContaining([expect.objectContaining({ n: 1 })]),
    });
  });

  it("follow-up, rate, conversation and rated go through what was asked with curl-json", async () => {
    const { messageId } = JSON.parse(await run("follow-up")) as { messageId: string };
    await run("rate", (line) => line.replace("MESSAGE_ID", messageId));
    const { title, messages } = JSON.parse(await run("conversation")) as {
      title: string;
      messages: UIMessage[];
    };
    expect(title).not.toBe("");
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
    expect(messages[3]).toMatchObject({ id: messageId, metadata: { rating: "down" } });
    const rated = await run("rated", (line) => line.replace("> rated.jsonl", ""));
    expect(JSON.parse(rated)).toMatchObject({ messageId, comment: "That takes longer." });
  });

  it.each(["typed-client", "openai"])("%s answers and names its sources", async (name) => {
    const program = readmeCode(name, tributary.url);
    const node = ["--input-type=module-typescript", "--eval", program];
    const { code, stdout, stderr } = await runProcess(process.execPath, node, { cwd: ROOT });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("1.62 kg");
    expect(stdout).toMatch(/http:\S+\/sources\/products\/[0-9a-f-]{36}/);
  });

  it("curl-search explains what it finds", async () => {
    const found = JSON.parse(await run("curl-search")) as { results: { title: string }[] };
    expect(found.results.map(({ title }) => title).join()).toContain("Return");
  });
});
