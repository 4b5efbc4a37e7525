import { readFileSync, writeFileSync } from "node:fs";
import { describeConfig } from "../config.ts";

/* `npm run readme` writes the table of the environment into README.md; a test keeps it true. */

const README = new URL("../../README.md", import.meta.url);
const SECTION = /(<!-- environment -->\n)[\s\S]*?(<!-- \/environment -->)/;

const rows = describeConfig().map(
  ({ name, fallback, description }) => `| \`${name}\` | ${fallback} | ${description} |`,
);
const table = ["| Variable | Default | Meaning |", "| --- | --- | --- |", ...rows].join("\n");
writeFileSync(
  README,
  readFileSync(README, "utf8").replace(
    SECTION,
    (_, begin: string, end: string) => `${begin}${table}\n${end}`,
  ),
);
