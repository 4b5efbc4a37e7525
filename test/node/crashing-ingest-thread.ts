// A thread like the ingest's: it dies of the collection "crash", never ends "hang", and tells of every abort.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { AppError, DeadlineError, UpstreamError } from "../../src/errors.ts";
import { answerCalls } from "../../src/node/thread-calls.ts";

const { jobs } = workerData as { jobs: MessagePort };
let aborts = 0;
parentPort?.once("message", () => process.exit(0));

answerCalls<{ collection: string }, unknown>(jobs, async ({ collection }, signal) => {
  if (collection === "crash")
    setImmediate(() => {
      throw new Error("out of luck");
    });
  if (collection === "app-error")
    throw new AppError("invalid", "No words.", {
      errors: [{ path: "text", message: "No words." }],
      cause: new RangeError("inside"),
    });
  if (collection === "upstream-error")
    throw new UpstreamError({
      service: "qdrant",
      operation: "save chunks",
      message: "full",
      status: 507,
      retryable: false,
      retryAfter: 30,
    });
  if (collection === "deadline") throw new DeadlineError("saving chunks", 10);
  if (collection === "aborts") return { value: aborts };
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => {
      aborts += 1;
      reject(signal.reason);
    });
  });
});
