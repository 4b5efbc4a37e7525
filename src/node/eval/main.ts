import { existsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Writable } from "node:stream";
import { ConfigError, readConfig } from "../../config.ts";
import { UpstreamError } from "../../errors.ts";
import { describeStartError } from "../start-error.ts";
import { readCommand, USAGE } from "./command.ts";
import { EvalError } from "./eval-error.ts";
import { measureRated } from "./rated.ts";
import { measureSamples, measureSet } from "./measure.ts";

async function main(commandLine: string[]): Promise<void> {
  if (existsSync(".env")) process.loadEnvFile(".env");
  const command = readCommand(commandLine);
  if (command === undefined) {
    console.log(USAGE);
    return;
  }
  const { json, svg, folder, rated } = command;
  for (const file of [json, svg]) if (typeof file === "string") checkPlace(file);
  if (command.tune && readConfig(process.env).COHERE_API_KEY === undefined)
    throw new EvalError(
      "--tune weighs an embedding model against the words: set COHERE_API_KEY (and COHERE_BASE_URL for another host).",
    );
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort(new EvalError("Interrupted.")));
  const surroundings = {
    environment: process.env,
    output: json === true ? silence() : process.stdout,
    signal: interrupted.signal,
  };
  if (rated !== undefined) {
    show(json, await measureRated(rated, command, surroundings));
    return;
  }
  const report = await (folder === undefined
    ? measureSamples(command, surroundings)
    : measureSet(folder, command, surroundings));
  if (svg !== undefined) writeFileSync(svg, report.svg);
  show(json, report);
}

/** Figures for machines where they are wanted, and for people unless those take their place. */
function show(json: string | boolean, report: { text: string; json: unknown }): void {
  const text = `${JSON.stringify(report.json, undefined, 2)}\n`;
  if (typeof json === "string") writeFileSync(json, text);
  process.stdout.write(json === true ? text : `\n${report.text}\n`);
}

/** Before the work, since it may take minutes. */
function checkPlace(file: string): void {
  if (!existsSync(dirname(file)))
    throw new EvalError(`There is no folder ${dirname(file)} to write ${file} into.`);
}

/** For whoever reads JSON from the standard output. */
function silence(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

/** One sentence where the caller can mend it, with code 2; otherwise all that is known, with code 1. */
function report(error: Error): number {
  const isUnreachable = error instanceof UpstreamError && error.service === "qdrant";
  if (isUnreachable && (process.env["QDRANT_URL"] ?? "") !== "")
    console.error(
      `Qdrant does not answer as it should at QDRANT_URL (${error.message}). Start it, or set QDRANT_URL= to measure in this process.`,
    );
  else if (error instanceof EvalError || error instanceof ConfigError) console.error(error.message);
  else {
    console.error(describeStartError(error));
    return 1;
  }
  return 2;
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: Error) => process.exit(report(error)),
);
