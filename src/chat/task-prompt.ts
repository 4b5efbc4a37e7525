/** A prompt that a front end sends by itself, to the model that its user talks with. */
export interface BackgroundTask {
  /** The key of the JSON object that it asks for; a title may be asked for as plain text. */
  wants: "title" | "tags" | "follow_ups" | "queries" | "text" | "prompt" | "text title";
  prompt: string;
  /** The user's first and last message in the conversation that it quotes; empty where there is none. */
  first: string;
  last: string;
}

/*
 * A question must never be taken for one of these: then its reader would get no sources. So the whole frame has to be
 * there, and the request has no turns of a conversation besides. Frames are looked for without patterns that go back
 * and forth: a prompt may have a million characters.
 */

const TASK = "### Task:";
const KEY = /\{\s*"(title|tags|follow_ups|queries|text|prompt)"\s*:/;

/** LibreChat's, by `titleMethod` and age: how they begin, what they hold, how they end. */
const LIBRE_CHAT = [
  ["Provide a concise, 5-word-or-less title for the conversation,", "\nConversation:\n", ""],
  [
    "Analyze this conversation and provide:\n1. ",
    "\n2. A concise title in the detected language",
    "",
  ],
  [
    "Write a concise title for this conversation in the detected language.",
    "in 5 Words or Less.",
    "",
  ],
  [
    "Detect user language and write in the same language an extremely concise title for this conversation,",
    "in 5 Words or Less.",
    "||>Title:",
  ],
  [
    "Please generate a concise title (max 40 characters) for a conversation that starts with:",
    "",
    "Title:",
  ],
] as const;

/** A turn of the user's in a quoted conversation, up to the next turn. */
const TURN =
  /^(?:\|\|>)?(?:USER|User|Human):\s*([^]*?)(?=^(?:\|\|>)?(?:USER|User|Human|ASSISTANT|Assistant|AI|Response):|(?![^]))/gm;

/**
 * The background task that a request is; undefined for everything else. `messages` has all roles: some front ends
 * send such a prompt as the system's.
 */
export function readBackgroundTask(messages: readonly TaskMessage[]): BackgroundTask | undefined {
  const last = messages.at(-1);
  if (last === undefined || messages.some(({ role }) => role === "assistant")) return undefined;
  const prompt = last.content.trim();
  return readOpenWebUI(prompt) ?? readLibreChat(prompt);
}

/** Like `Message`, with any role. */
export interface TaskMessage {
  role: string;
  content: string;
}

/** A heading, what is wanted as JSON, and the conversation between two marks, with nothing of its own after them. */
function readOpenWebUI(prompt: string): BackgroundTask | undefined {
  if (!prompt.startsWith(TASK)) return undefined;
  const from = prompt.indexOf("<chat_history>");
  const to = prompt.lastIndexOf("</chat_history>");
  if (from === -1 || to < from || !isEnd(prompt.slice(to + "</chat_history>".length)))
    return undefined;
  const wants = KEY.exec(prompt.slice(0, from))?.[1] as BackgroundTask["wants"] | undefined;
  return { wants: wants ?? "text title", prompt, ...readTurns(prompt.slice(from, to)) };
}

/** A quotation mark that is in the template by mistake, and the unfinished text that autocompletion is to go on with. */
function isEnd(after: string): boolean {
  const rest = after.trim();
  return rest === "" || rest === '"' || (rest.startsWith("<type>") && rest.endsWith("Output:"));
}

function readLibreChat(prompt: string): BackgroundTask | undefined {
  const isOne = LIBRE_CHAT.some(
    ([start, part, end]) =>
      prompt.startsWith(start) && prompt.includes(part) && prompt.endsWith(end),
  );
  const turns = isOne ? readTurns(prompt) : undefined;
  return turns === undefined || turns.first === ""
    ? undefined
    : { wants: "text title", prompt, ...turns };
}

function readTurns(conversation: string): Pick<BackgroundTask, "first" | "last"> {
  const turns = [...conversation.matchAll(TURN)].map(([, text = ""]) => unquote(text.trim()));
  return { first: turns[0] ?? "", last: turns.at(-1) ?? "" };
}

function unquote(text: string): string {
  return /^"[^]*"$/.test(text) ? text.slice(1, -1) : text;
}

/**
 * Open WebUI puts a question behind instructions and texts of its own where its user has attached files. What the user
 * has asked is what counts: this answers from the collections.
 */
export function unwrapQuestion(text: string): string {
  const end = text.lastIndexOf("</context>");
  if (!text.startsWith(TASK) || end === -1 || !text.slice(0, end).includes("<context>"))
    return text;
  const rest = text.slice(end + "</context>".length).trim();
  const isTagged = rest.startsWith("<user_query>") && rest.endsWith("</user_query>");
  const question = isTagged
    ? rest.slice("<user_query>".length, -"</user_query>".length).trim()
    : rest;
  return question === "" ? text : question;
}
