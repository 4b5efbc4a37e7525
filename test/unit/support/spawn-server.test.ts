import { expect, it } from "vitest";
import { startProcess } from "../../support/spawn-server.ts";

const SERVER = `
  const { createServer } = require("node:http");
  const server = createServer((request, response) => response.end(process.env.GREETING));
  server.listen(0, "127.0.0.1", () => console.log("listening on http://127.0.0.1:" + server.address().port));
  process.on("SIGTERM", () => { console.error("bye"); process.exit(3); });
`;

it("starts a server, finds its url, and ends it", async () => {
  const running = await startProcess(process.execPath, ["-e", SERVER], {
    ready: /listening on (http:\S+)/,
    env: { GREETING: "hello" },
  });
  expect(await (await fetch(running.url ?? "")).text()).toBe("hello");
  running.kill();
  expect(await running.exited).toEqual({ code: 3, signal: null });
  expect(running.stdout()).toContain("listening");
  expect(running.stderr()).toContain("bye");
});

it("reports a kill by its signal", async () => {
  const running = await startProcess(process.execPath, ["-e", SERVER], { ready: /listening/ });
  expect(running.url).toBeUndefined();
  running.kill("SIGKILL");
  expect(await running.exited).toEqual({ code: null, signal: "SIGKILL" });
});

it("tells what a process that never was ready said", async () => {
  const start = startProcess(process.execPath, ["-e", "console.error('no key'); process.exit(1)"], {
    ready: /up/,
  });
  await expect(start).rejects.toThrow(/ended \(1\)[\s\S]*no key/);
  const silent = startProcess(process.execPath, ["-e", "setTimeout(() => {}, 9e5)"], {
    ready: /up/,
    readyTimeoutMs: 300,
  });
  await expect(silent).rejects.toThrow("was silent for 300 ms");
  const missing = startProcess("/nowhere/at-all", [], { ready: /up/ });
  await expect(missing).rejects.toThrow("ENOENT");
});

it("hands no variable of ours to the child", async () => {
  process.env["TRIBUTARY_SECRET"] = "leak";
  const print = "console.log('ready', JSON.stringify(process.env))";
  const running = await startProcess(process.execPath, ["-e", print], { ready: /ready/ });
  await running.exited;
  expect(running.stdout()).not.toContain("leak");
  delete process.env["TRIBUTARY_SECRET"];
});

it.each([
  [
    "an unhandled rejection",
    'Promise.reject(new Error("forgotten"))',
    /"unhandledRejection".*forgotten/,
  ],
  [
    "an uncaught exception",
    'setTimeout(() => { throw new Error("thrown") })',
    /"uncaughtException".*thrown/,
  ],
  [
    "one for which the process has a listener of its own",
    'process.on("unhandledRejection", () => {}); Promise.reject("a text")',
    /"unhandledRejection".*a text/,
  ],
  [
    "one in a thread",
    'new (require("node:worker_threads").Worker)("Promise.reject(new Error(\'inside\'))", { eval: true }).on("error", () => {})',
    /"unhandledRejection".*inside/,
  ],
])("tells of %s", async (_what, code, expected) => {
  const reports: string[] = [];
  const script = `console.log("ready"); ${code}; setTimeout(() => {}, 300)`;
  const running = await startProcess(process.execPath, ["-e", script], {
    ready: /ready/,
    onUnhandled: (report) => reports.push(report),
  });
  await running.exited;
  expect(reports).toEqual([expect.stringMatching(expected)]);
});

it("tells of nothing when all is caught, and leaves the exit code of a crash", async () => {
  const reports: string[] = [];
  const start = (script: string): ReturnType<typeof startProcess> =>
    startProcess(process.execPath, ["-e", `console.log("ready"); ${script}`], {
      ready: /ready/,
      onUnhandled: (report) => reports.push(report),
    });
  const caught = await start('Promise.reject(new Error("no")).catch(() => {})');
  expect(await caught.exited).toEqual({ code: 0, signal: null });
  expect(reports).toEqual([]);
  const crashed = await start('Promise.reject(new Error("no"))');
  expect(await crashed.exited).toEqual({ code: 1, signal: null });
  expect(reports).toHaveLength(1);
});
