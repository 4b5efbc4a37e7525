// curl as a process of its own, with the lines that the README shows.
import { type ChildProcess, spawn } from "node:child_process";
import type { ChatClient } from "./conformance.ts";
import { readmeCode } from "./readme-code.ts";

/** Splits the text form into the answer and its list of sources. */
const SOURCES = /\n\n(?=\[1\] )/;

interface Reading {
  text: string;
  sources: string[];
  problem: string;
}

/** `curl -N` for people: the answer, a blank line, the sources. */
export function curlText(server: string): ChatClient {
  return runsCurl(readmeCode("curl-text", server), (output) => {
    if (output.startsWith("{")) return readProblem(output);
    const [text = "", list = ""] = output.split(SOURCES);
    return {
      text,
      sources: [...list.matchAll(/^ +(http\S+)$/gm)].map(([, url]) => url!),
      problem: "",
    };
  });
}

/** The same without its `Accept`: events. */
export function curlEvents(server: string): ChatClient {
  const line = readmeCode("curl-text", server).replace(" -H 'accept: text/plain'", "");
  return runsCurl(line, (output) => {
    const events = [...output.matchAll(/^data: (\{.*\})$/gm)].map(
      ([, json]) => JSON.parse(json!) as Record<string, string>,
    );
    const all = (type: string, field: string): string[] =>
      events.filter((event) => event["type"] === type).map((event) => event[field]!);
    return {
      text: all("text-delta", "delta").join(""),
      sources: all("source-url", "url"),
      problem: all("error", "errorText").join(""),
    };
  });
}

function readProblem(json: string): Reading {
  const { detail = "" } = JSON.parse(json) as { detail?: string };
  return { text: "", sources: [], problem: detail };
}

function runsCurl(line: string, read: (output: string) => Reading): ChatClient {
  let curl: ChildProcess | undefined;
  let output = "";
  return {
    async ask(question) {
      output = "";
      // `exec`, so that a signal reaches curl and no shell before it.
      const asking = line.replace(/"message":"[^"]*"/, `"message":"${question}"`);
      curl = spawn("bash", ["-c", `exec ${asking}`], { stdio: ["ignore", "pipe", "ignore"] });
      curl.stdout!.setEncoding("utf8").on("data", (text: string) => (output += text));
    },
    text: async () => read(output).text,
    sources: async () => read(output).sources,
    problem: async () => read(output).problem,
    /** Ctrl-C. */
    stop: async () => void curl?.kill("SIGINT"),
    close: async () => void curl?.kill("SIGKILL"),
  };
}
