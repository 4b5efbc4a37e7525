// `npm run bench -- [chat|overload|readers|retrieval|ingest|qdrant|gate|widget] [options]`: the named bench, or all of them one after the other.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const BENCHES: Record<string, string> = {
  chat: "./chat.ts",
  overload: "./overload.ts",
  readers: "./readers.ts",
  retrieval: "./retrieval.ts",
  ingest: "./ingest.ts",
  qdrant: "./qdrant/main.ts",
  gate: "./gate.ts",
  widget: "./widget.ts",
};

const [name = "", ...rest] = process.argv.slice(2);
const isNamed = !name.startsWith("-") && name !== "";
// Not every bench knows --help: it would run instead.
const isHelp = !isNamed && process.argv.includes("--help");
if (isHelp)
  console.log(
    `npm run bench -- [${Object.keys(BENCHES).join("|")}] [options]\n\nWithout a name all of them, for about ten minutes.`,
  );
const entries = isHelp ? [] : isNamed ? [BENCHES[name]] : Object.values(BENCHES);
const options = isNamed ? rest : process.argv.slice(2);

for (const entry of entries) {
  if (entry === undefined) {
    console.error(`There is no bench "${name}": it is one of ${Object.keys(BENCHES).join(", ")}.`);
    process.exitCode = 2;
    break;
  }
  // In a process of its own, whose heap and compiled code are not those that another bench has left.
  const file = fileURLToPath(new URL(entry, import.meta.url));
  const { status } = spawnSync(process.execPath, [file, ...options], { stdio: "inherit" });
  if (status !== 0) process.exitCode = status ?? 1;
}
