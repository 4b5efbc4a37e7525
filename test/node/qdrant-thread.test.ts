import { afterEach, describe, expect, it } from "vitest";
import {
  type QdrantThread,
  type QdrantThreadOptions,
  startQdrantThread,
} from "../../src/node/qdrant-thread.ts";
import { fetchThrough } from "../../src/node/thread-fetch.ts";

const HOST = "http://qdrant.local";
const CRASHING = new URL("./crashing-qdrant-thread.ts", import.meta.url);

const open: QdrantThread[] = [];
afterEach(async () => {
  for (const thread of open.splice(0)) await thread.close();
});

async function start(options?: QdrantThreadOptions): Promise<QdrantThread> {
  const thread = await startQdrantThread(options);
  open.push(thread);
  return thread;
}

const request = (path: string, init?: RequestInit): Request => new Request(HOST + path, init);
const put = (path: string, body: object): Request =>
  request(path, { method: "PUT", body: JSON.stringify(body) });

describe("startQdrantThread", () => {
  it("hands over method, path, query and body, and gives back status, type and text", async () => {
    const thread = await start();
    const made = await thread.fetch(put("/collections/x?timeout=5", { vectors: {} }));
    expect(made.status).toBe(200);
    expect(made.headers.get("content-type")).toBe("application/json");
    expect(await made.json()).toMatchObject({ result: true, status: "ok" });
    const again = await thread.fetch(put("/collections/x", { vectors: {} }));
    expect(again.status).toBe(409);
    expect(await (await thread.fetch(request("/healthz"))).text()).toBe("healthz check passed");
  });

  it("answers another thread's port from the same store", async () => {
    const thread = await start();
    await thread.fetch(put("/collections/x", { vectors: {} }));
    const port = thread.openPort();
    const response = await fetchThrough(port).fetch(request("/collections/x/exists"));
    expect(await response.json()).toMatchObject({ result: { exists: true } });
    port.close();
  });

  it("rejects with the reason of an abort, and takes it across", async () => {
    const thread = await start({ entry: CRASHING });
    const reason = new Error("user gone");
    const controller = new AbortController();
    const hanging = thread.fetch(request("/hang", { signal: controller.signal }));
    setTimeout(() => controller.abort(reason), 20);
    await expect(hanging).rejects.toBe(reason);
    await expect(
      thread.fetch(request("/hang", { signal: AbortSignal.abort(reason) })),
    ).rejects.toBe(reason);
    expect(await (await thread.fetch(request("/answer"))).text()).toBe("here");
  });

  it("rejects what is open when the thread crashes, closes its ports, and says why", async () => {
    const crashes: Error[] = [];
    const thread = await start({ entry: CRASHING, onCrash: (error) => void crashes.push(error) });
    const port = thread.openPort();
    const elsewhere = new Promise((resolve) => port.once("close", resolve));
    const here = expect(thread.fetch(request("/hang"))).rejects.toThrow(/crashed: out of luck/);
    await expect(thread.fetch(request("/crash"))).rejects.toThrow(TypeError);
    await Promise.all([elsewhere, here]);
    expect(crashes.map(({ message }) => message)).toEqual([
      expect.stringMatching(/crashed: out of luck\. What it kept in memory is gone/),
    ]);
    await expect(thread.fetch(request("/answer"))).rejects.toThrow("in memory is gone");
  });

  it("opens a store on the disk again after a crash", async () => {
    const thread = await start({ entry: CRASHING, path: "some.sqlite" });
    await expect(thread.fetch(request("/crash"))).rejects.toThrow(
      "The next request opens its store",
    );
    expect(await (await thread.fetch(request("/answer"))).text()).toBe("here");
    const port = thread.openPort();
    expect(await (await fetchThrough(port).fetch(request("/answer"))).text()).toBe("here");
    port.close();
  });

  it("does not start on a store that can not be opened, and says why", async () => {
    await expect(start({ entry: CRASHING, path: "damaged" })).rejects.toThrow(
      "The store is damaged.",
    );
  });

  it("refuses requests once it is closed", async () => {
    const thread = await startQdrantThread();
    await thread.close();
    await expect(thread.fetch(request("/healthz"))).rejects.toThrow("closed");
    await thread.close();
  });
});
