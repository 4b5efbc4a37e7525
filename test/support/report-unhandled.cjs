// Preloaded into every process that a test starts, threads included: tells of faults that nobody caught, and changes
// nothing else. CommonJS, since only that is loaded before a thread's first line, and `npm` may run on an older Node.
const { writeSync } = require("node:fs");

function report(kind, reason) {
  const error = String(reason?.stack ?? reason);
  writeSync(2, `@unhandled ${JSON.stringify({ kind, error })}\n`);
}

/** Rejected, and thrown for want of a listener. */
let thrown;

process.on("uncaughtExceptionMonitor", (error, origin) =>
  report(error === thrown ? "unhandledRejection" : origin, error),
);
process.on("unhandledRejection", (reason) => {
  if (process.listenerCount("unhandledRejection") > 1) return report("unhandledRejection", reason);
  // What Node does where there is no listener.
  thrown = reason;
  throw reason;
});
