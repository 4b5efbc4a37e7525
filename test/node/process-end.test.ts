import { expect, it } from "vitest";
import { startProcess } from "../support/spawn-server.ts";
import { ROOT } from "./tributary.ts";

interface Ended {
  code: number | null;
  lines: Record<string, unknown>[];
  unhandled: string[];
}

/** Runs a script in a process that logs faults as the product does. */
async function run(script: string): Promise<Ended> {
  const unhandled: string[] = [];
  const whole = `import { logCrashes } from "${ROOT}src/node/process-end.ts";
    logCrashes();
    console.log("ready");
    ${script}`;
  const running = await startProcess(process.execPath, ["--input-type=module", "-e", whole], {
    ready: /ready/,
    onUnhandled: (report) => unhandled.push(report),
  });
  const { code } = await running.exited;
  const lines = running
    .stderr()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { code, lines, unhandled };
}

it("logs an exception that nobody caught as one line, and ends with 1", async () => {
  const { code, lines, unhandled } = await run(
    'setTimeout(() => { throw new RangeError("half done") }); setTimeout(() => {}, 5000);',
  );
  expect(code).toBe(1);
  expect(lines).toMatchObject([
    { level: "error", at: "uncaught exception", name: "RangeError", message: "half done" },
  ]);
  expect(unhandled).toHaveLength(1);
});

it("logs a promise that nobody waited for, whatever it was rejected with, and goes on", async () => {
  const { code, lines, unhandled } = await run(
    'Promise.reject(new Error("forgotten")); Promise.reject("a text"); setTimeout(() => process.exit(7), 300);',
  );
  expect(code).toBe(7);
  expect(lines).toMatchObject([
    { level: "error", at: "unhandled rejection", message: "forgotten" },
    { level: "error", at: "unhandled rejection", message: "a text" },
  ]);
  expect(unhandled).toHaveLength(2);
});
