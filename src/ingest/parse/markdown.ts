import type { Nodes, RootContent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { frontmatterFromMarkdown } from "mdast-util-frontmatter";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { frontmatter } from "micromark-extension-frontmatter";
import { gfm } from "micromark-extension-gfm";
import { parse as parseYaml } from "yaml";
import type { Section } from "../../ports.ts";
import type { ParsedDocument } from "./parse.ts";

type Block = Section["blocks"][number];

/** Markdown with GitHub's tables and YAML front matter (`title`, `url`, dates): sections by heading, with exact offsets. */
export function parseMarkdown(text: string): ParsedDocument {
  const { children, skipped } = readMarkdownTree(text);
  const front = children[0]?.type === "yaml" ? readFrontMatter(children[0].value) : {};
  const sections = readSections(children.filter((node) => node.type !== "yaml"));
  const title = front.title ?? sections.find(({ heading }) => heading.length > 0)?.heading[0];
  return {
    ...(title === undefined ? {} : { title }),
    ...(front.url === undefined ? {} : { url: front.url }),
    ...(front.dates === undefined ? {} : { dates: front.dates }),
    sections: sections
      .filter((section) => section.blocks.length > 0)
      .map(({ heading, blocks }) => ({
        heading,
        blocks: blocks.map(({ start, end, kind }) => ({
          start: start + skipped,
          end: end + skipped,
          kind,
        })),
      })),
  };
}

/** The tree of a text. Its offsets count from what follows the first `skipped` units. */
export function readMarkdownTree(text: string): { children: RootContent[]; skipped: number } {
  // The parser drops a byte order mark and counts from what follows.
  const skipped = text.startsWith("\uFEFF") ? 1 : 0;
  const { children } = fromMarkdown(text.slice(skipped), {
    extensions: [gfm(), frontmatter()],
    mdastExtensions: [gfmFromMarkdown(), frontmatterFromMarkdown()],
  });
  return { children, skipped };
}

function readSections(nodes: RootContent[]): Section[] {
  const sections: Section[] = [];
  const path: { depth: number; text: string }[] = [];
  for (const node of nodes) {
    if (node.type === "heading") {
      while ((path.at(-1)?.depth ?? 0) >= node.depth) path.pop();
      path.push({ depth: node.depth, text: plainText(node) });
      sections.push({ heading: path.map((entry) => entry.text), blocks: [] });
      continue;
    }
    if (sections.length === 0) sections.push({ heading: [], blocks: [] });
    sections.at(-1)?.blocks.push(...readBlocks(node));
  }
  return sections;
}

function readBlocks(node: RootContent): Block[] {
  // Items one by one: a long list may be divided between them.
  if (node.type === "list") return node.children.map((item) => toBlock(item, "prose"));
  if (node.type === "table") return [toBlock(node, "table")];
  return [toBlock(node, node.type === "code" ? "code" : "prose")];
}

function toBlock(node: Nodes, kind: Block["kind"]): Block {
  return { start: node.position?.start.offset ?? 0, end: node.position?.end.offset ?? 0, kind };
}

function plainText(node: Nodes): string {
  if ("value" in node) return node.value;
  return "children" in node ? node.children.map(plainText).join("").trim() : "";
}

interface FrontMatter {
  title?: string;
  url?: string;
  dates?: Record<string, string>;
}

const LONGEST_DATE = 100;
const DATES = ["date", "updated", "modified", "published"];

function readFrontMatter(yaml: string): FrontMatter {
  let value: unknown;
  try {
    value = parseYaml(yaml);
  } catch {
    // Front matter that is no YAML only costs the document its title.
    return {};
  }
  if (typeof value !== "object" || value === null) return {};
  const { title, url, ...fields } = value as Record<string, unknown>;
  const dates = DATES.flatMap((field) => {
    const date = fields[field];
    return typeof date === "string" && date.trim() !== ""
      ? [[field, date.trim().slice(0, LONGEST_DATE)]]
      : [];
  });
  return {
    ...(typeof title === "string" && title.trim() !== "" ? { title: title.trim() } : {}),
    ...(typeof url === "string" && /^https?:\/\//.test(url) ? { url } : {}),
    ...(dates.length > 0 ? { dates: Object.fromEntries(dates) as Record<string, string> } : {}),
  };
}
