import { texts } from "./texts.ts";

/** Switches of theme and mode, and the code that gives another page the chat that they show. */
export function createShowCase(chat: HTMLElement): void {
  const root = document.documentElement;
  const snippet = document.getElementById("snippet")!;
  const origin = snippet.dataset["origin"] ?? location.origin;

  function showSnippet(): void {
    snippet.textContent = writeSnippet(origin, root.dataset["mode"], readAttributes(root));
  }

  for (const input of document.querySelectorAll<HTMLInputElement>(".settings input"))
    input.addEventListener("change", () => {
      const { name, value } = input;
      root.dataset[name] = value;
      chat.setAttribute(name, value);
      keepInAddress(name, value);
      showSnippet();
    });
  document.getElementById("copy")!.addEventListener("click", () => void copy(snippet));
  showSnippet();
}

/** What differs from the widget's defaults. */
function readAttributes(root: HTMLElement): [name: string, value: string][] {
  const theme = root.dataset["theme"] ?? "auto";
  return [...(theme === "auto" ? [] : [["theme", theme] as [string, string]]), ["lang", root.lang]];
}

function writeSnippet(
  origin: string,
  mode: string | undefined,
  attributes: [string, string][],
): string {
  const write = (prefix: string): string =>
    attributes.map(([name, value]) => ` ${prefix}${name}="${value}"`).join("");
  const script = (more: string): string =>
    `<script type="module" src="${origin}/widget.js"${more}></script>`;
  return mode === "inline"
    ? `${script("")}\n<tributary-chat mode="inline"${write("")}></tributary-chat>`
    : script(write("data-"));
}

/** The address shows the page as it is, also in the other language. */
function keepInAddress(name: string, value: string): void {
  const change = (address: string): string => {
    const url = new URL(address);
    url.searchParams.set(name, value);
    return url.href;
  };
  history.replaceState(history.state, "", change(location.href));
  for (const link of document.querySelectorAll<HTMLAnchorElement>(".settings a"))
    link.href = change(link.href);
}

/** Without the right to the clipboard, or over plain HTTP, the code is selected instead. */
async function copy(snippet: HTMLElement): Promise<void> {
  const said = document.getElementById("copied")!;
  try {
    await navigator.clipboard.writeText(snippet.textContent);
    said.textContent = texts.copied;
  } catch {
    getSelection()?.selectAllChildren(snippet);
    said.textContent = texts.selected;
  }
}
