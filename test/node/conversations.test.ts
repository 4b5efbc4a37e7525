// The file of conversations: what survives a crash, who may share it, and what a start says of one that is no good.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSqlConversations } from "../../src/adapters/sql-conversations.ts";
import { openConversationsFile } from "../../src/node/conversations-file.ts";
import { serveQdrant } from "../../src/node/serve-qdrant.ts";
import { createQdrantLocal } from "../../src/qdrant-local/engine.ts";
import { readEvents, type UIEvent } from "../support/sse.ts";
import { type Finished, MAIN, postJson, runProcess, startTributary } from "./tributary.ts";

const QUESTION = "How heavy is the Aurora 2 tent?";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tributary-conversations-"));
  file = join(folder, "conversations.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Conversation {
  title: string;
  messages: { id: string; parts: { type: string; text?: string }[]; metadata?: object }[];
}

async function read(url: string, id: string): Promise<Conversation> {
  const response = await fetch(`${url}/conversations/${id}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Conversation;
}

const start = (env: Record<string, string> = {}): Promise<Finished> =>
  runProcess(process.execPath, [MAIN], {
    env: { PORT: "0", SAMPLES: "false", DATA_DIR: folder, ...env },
  });

describe("conversations of a process that is killed", () => {
  it("hold every turn whose end was seen, and its rating", async () => {
    const first = await startTributary({ DATA_DIR: folder });
    const ids: string[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const response = await postJson(`${first.url}/chat`, {
        message: QUESTION,
        conversationId: "talk",
      });
      for await (const { data } of readEvents(response)) {
        const { type, messageId } = data as UIEvent;
        if (type === "start") ids.push(String(messageId));
        if (type === "finish") break;
      }
    }
    const rating = { messageId: ids[2], rating: "up" };
    expect((await postJson(`${first.url}/chat/talk/feedback`, rating)).status).toBe(204);
    await first.stop();
    const second = await startTributary({ DATA_DIR: folder });
    try {
      const { messages, title } = await read(second.url, "talk");
      expect(messages.filter((_, n) => n % 2 === 1).map(({ id }) => id)).toEqual(ids);
      expect(messages[5]!.metadata).toMatchObject({ rating: "up", outcome: "whole" });
      expect(title).toBe(QUESTION);
    } finally {
      await second.stop();
    }
  });
});

describe("conversations that two processes share", () => {
  it("lose no turn, and are gone in both when one removes them", async () => {
    const qdrant = await serveQdrant(createQdrantLocal());
    const env = { DATA_DIR: folder, QDRANT_URL: qdrant.url, ADMIN_KEY: "admin-key" };
    const processes = await Promise.all([startTributary(env), startTributary(env)]);
    try {
      const authorization = { authorization: "Bearer admin-key" };
      const documents = [{ id: "tent", text: "The Aurora 2 tent weighs 1.62 kg." }];
      const made = await postJson(
        `${processes[0].url}/collections/products/documents`,
        { documents },
        authorization,
      );
      expect(made.status).toBe(200);
      const asked = Array.from({ length: 20 }, (_, n) =>
        postJson(`${processes[n % 2]!.url}/chat`, {
          message: `Aurora 2 tent weight, number ${n}?`,
          conversationId: "talk",
          stream: false,
        }),
      );
      for (const response of await Promise.all(asked)) expect(response.status).toBe(200);
      const [here, there] = await Promise.all(processes.map(({ url }) => read(url, "talk")));
      expect(here!.messages).toHaveLength(40);
      const order = here!.messages.map(({ id }) => id);
      expect(there!.messages.map(({ id }) => id)).toEqual(order);
      expect(there!.title).toBe(here!.title);
      const removed = await fetch(`${processes[0].url}/conversations/talk`, { method: "DELETE" });
      expect(removed.status).toBe(204);
      expect((await fetch(`${processes[1].url}/conversations/talk`)).status).toBe(404);
      for (const { stderr } of processes) expect(stderr()).toBe("");
    } finally {
      await Promise.all(processes.map((one) => one.stop()));
      await qdrant.close();
    }
  });
});

describe("a start with a file of conversations that is no good", () => {
  const tell = async (env: Record<string, string> = {}): Promise<string> => {
    const { code, stderr } = await start(env);
    expect(code).toBe(1);
    expect(stderr).not.toMatch(/^\s+at |node:internal/m);
    expect(stderr.trim()).not.toContain("\n");
    return stderr;
  };

  it("says so of one that is no database, of a damaged one, and changes neither", async () => {
    for (const bytes of [Buffer.from("no database at all".repeat(300)), damaged()]) {
      writeFileSync(file, bytes);
      expect(await tell()).toMatch(/conversations\.sqlite is damaged .+ \(DATA_DIR names/);
      expect(readFileSync(file).equals(bytes)).toBe(true);
      rmSync(file);
    }
  });

  it("leaves another program's database alone", async () => {
    const other = new DatabaseSync(file);
    other.exec("create table notes (text text); insert into notes values ('mine')");
    other.close();
    const before = readFileSync(file);
    expect(await tell()).toContain("holds no conversations of this program");
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  it("asks for the version that wrote it, where that is a newer one", async () => {
    const database = openConversationsFile(folder);
    await createSqlConversations(database);
    await database.exec("insert into conversations_version (version) values (9)");
    await database.dispose();
    expect(await tell()).toContain("have format 9, and this version reads format 1");
  });

  it("says that a folder can not be written to", async () => {
    const blocked = join(folder, "blocked");
    mkdirSync(blocked);
    mkdirSync(join(blocked, "conversations.sqlite"));
    expect(await tell({ DATA_DIR: blocked, QDRANT_URL: "http://127.0.0.1:1" })).toMatch(
      /conversations\.sqlite cannot be opened .+: check that the folder can be written to/,
    );
  });

  /** Ours, with its last half overwritten. */
  function damaged(): Buffer {
    const path = join(folder, "whole.sqlite");
    const whole = new DatabaseSync(path);
    whole.exec(`pragma application_id = ${0x54726943};
      create table turns (number integer primary key, content text);
      insert into turns (content) values ('${"x".repeat(20_000)}')`);
    whole.exec(
      "with recursive n(i) as (select 1 union select i + 1 from n where i < 50) insert into turns (content) select hex(randomblob(2000)) from n",
    );
    whole.close();
    const bytes = readFileSync(path);
    bytes.fill(0xee, bytes.length / 2);
    rmSync(path);
    return bytes;
  }
});
