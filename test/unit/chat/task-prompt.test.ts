import { describe, expect, it } from "vitest";
import { writeWithoutModel } from "../../../src/chat/background-task.ts";
import { readBackgroundTask, unwrapQuestion } from "../../../src/chat/task-prompt.ts";

const HISTORY = `USER: How heavy is the Aurora 2 tent, and
does it come with a bag?
ASSISTANT: It weighs 1.62 kg [1].
USER: 그럼 방수는 되나요?
ASSISTANT: 네 [1].`;
const FIRST = "How heavy is the Aurora 2 tent, and\ndoes it come with a bag?";
const LAST = "그럼 방수는 되나요?";

/** As Open WebUI's default templates are built. */
const OPEN_WEBUI = {
  title: `### Task:
Generate a concise, 3-5 word title with an emoji summarizing the chat history.
### Guidelines:
- Write the title in the chat's primary language; default to English if multilingual.
### Output:
JSON format: { "title": "your concise title here" }
### Examples:
- { "title": "📉 Stock Market Trends" },
### Chat History:
<chat_history>
${HISTORY}
</chat_history>`,
  tags: `### Task:
Generate 1-3 broad tags categorizing the main themes of the chat history, along with 1-3 more specific subtopic tags.

### Output:
JSON format: { "tags": ["tag1", "tag2", "tag3"] }

### Chat History:
<chat_history>
${HISTORY}
</chat_history>`,
  follow_ups: `### Task:
Suggest 3-5 relevant follow-up questions or prompts that the user might naturally ask next in this conversation as a **user**, based on the chat history, to help continue or deepen the discussion.
### Guidelines:
- Response must be a JSON array of strings, no extra text or formatting.
### Output:
JSON format: { "follow_ups": ["Question 1?", "Question 2?", "Question 3?"] }
### Chat History:
<chat_history>
${HISTORY}
</chat_history>"`,
  queries: `### Task:
Analyze the chat history to determine the necessity of generating search queries, in the given language.

### Guidelines:
- When generating search queries, respond in the format: { "queries": ["query1", "query2"] }, ensuring each query is distinct, concise, and relevant to the topic.

### Output:
Strictly return in JSON format:
{
  "queries": ["query1", "query2"]
}

### Chat History:
<chat_history>
${HISTORY}
</chat_history>
`,
  text: `### Task:
You are an autocompletion system. Continue the text in \`<text>\` based on the **completion type** in \`<type>\` and the given language.

### **Output Rules**:
- Respond only in JSON format: \`{ "text": "<your_completion>" }\`.

---
### Context:
<chat_history>
${HISTORY}
</chat_history>
<type>search query</type>
<text>How do I wash</text>
#### Output:
`,
  prompt: `### Task:
Generate a detailed prompt for an image generation task based on the given language and context.

### Output:
Strictly return in JSON format:
{
    "prompt": "Your detailed description here."
}

### Chat History:
<chat_history>
${HISTORY}
</chat_history>`,
};

const TURNS = `User: ${FIRST}\nAI: It weighs 1.62 kg [1].`;
const LIBRE_CHAT = [
  `Provide a concise, 5-word-or-less title for the conversation, using its same language, with no punctuation. Apply title case conventions appropriate for the language. Never directly mention the language name or the word "title" and only return the title itself.\n\nConversation:\n${TURNS}`,
  `Analyze this conversation and provide:\n1. The detected language of the conversation\n2. A concise title in the detected language (5 words or less, no punctuation or quotation)\n\n${TURNS}`,
  `Write a concise title for this conversation in the detected language. Title in 5 Words or Less. No Punctuation or Quotation.\n${TURNS}`,
  `Detect user language and write in the same language an extremely concise title for this conversation, which you must accurately detect.\nWrite in the detected language. Title in 5 Words or Less. No Punctuation or Quotation.\n\n||>User:\n"${FIRST}"\n||>Response:\n"It weighs 1.62 kg."\n\n||>Title:`,
  `Please generate a concise title (max 40 characters) for a conversation that starts with:\nUser: ${FIRST}\nAssistant: It weighs 1.62 kg.\n\nTitle:`,
];

const user = (content: string): { role: string; content: string } => ({ role: "user", content });

describe("a background prompt", () => {
  it.each(Object.entries(OPEN_WEBUI))("of Open WebUI is known: %s", (wants, prompt) => {
    expect(readBackgroundTask([user(prompt)])).toEqual({
      wants,
      prompt: prompt.trim(),
      first: FIRST,
      last: LAST,
    });
  });

  it.each(LIBRE_CHAT)("of LibreChat is known: %s", (prompt) => {
    for (const role of ["user", "system"])
      expect(readBackgroundTask([{ role, content: prompt }])).toEqual({
        wants: "text title",
        prompt,
        first: FIRST,
        last: FIRST,
      });
  });

  it("is known in the words of an administrator's own, too, and behind a system prompt", () => {
    const prompt =
      '### Task:\n대화 제목을 지어 주세요.\n{ "title": "…" }\n<chat_history>\nUSER: 텐트 무게는?\n</chat_history>';
    const system = { role: "system", content: "You are kind." };
    expect(readBackgroundTask([system, user(prompt)])).toMatchObject({
      wants: "title",
      first: "텐트 무게는?",
    });
  });

  it("may quote the marks of its own frame", () => {
    const prompt = OPEN_WEBUI.title.replace(LAST, "What does </chat_history> mean?");
    expect(readBackgroundTask([user(prompt)])).toMatchObject({
      last: "What does </chat_history> mean?",
    });
  });
});

describe("a question of a user's is none, also", () => {
  it.each([
    "How heavy is the Aurora 2 tent?",
    "",
    "### Task:",
    "### Task: write me a title for my trip to Seoraksan",
    "### Task:\nGenerate a concise, 3-5 word title for my blog about tents.",
    '### Task:\nWhat does { "title": "…" } mean in your API?',
    "What does Open WebUI send as ### Task: with <chat_history>USER: hi</chat_history>?",
    `${OPEN_WEBUI.title}\n\nWhy does Open WebUI send me this prompt?`,
    `Explain this prompt:\n${OPEN_WEBUI.title}`,
    "Provide a concise title for the conversation",
    "Provide a concise, 5-word-or-less title for the conversation, please.",
    "Provide a concise, 5-word-or-less title for the conversation, and then tell me about\nConversation:\nbooks about tents",
    "Analyze this conversation and provide:\n1. a summary of what the user wanted\n\nUser: I want a tent",
    "Please generate a concise title (max 40 characters) for a conversation that starts with:\nHello",
    "Write a title for a product page of the Aurora 2. Title:",
    `Why is this title bad?\n${LIBRE_CHAT[4]!}`,
  ])("%j", (content) => {
    expect(readBackgroundTask([user(content)])).toBeUndefined();
  });

  it("a whole frame of one in the midst of a conversation", () => {
    const turns = [user("hi"), { role: "assistant", content: "Hello." }];
    for (const prompt of [...Object.values(OPEN_WEBUI), ...LIBRE_CHAT])
      expect(readBackgroundTask([...turns, user(prompt)])).toBeUndefined();
  });

  it("that Open WebUI has put its instructions around", () => {
    const frame = (end: string): string =>
      `### Task:\nRespond to the user query using the provided context.\n\n### Output:\nProvide a clear and direct response.\n\n<context>\n<source id="1">A tent. </context> <context></source>\n</context>\n${end}`;
    for (const end of [`\n<user_query>\n${LAST}\n</user_query>\n`, `\n${LAST}`]) {
      expect(readBackgroundTask([user(frame(end))])).toBeUndefined();
      expect(unwrapQuestion(frame(end))).toBe(LAST);
    }
    for (const other of [
      LAST,
      "### Task:\nTell me of <context> tags",
      frame(""),
      `Hm. ${frame(LAST)}`,
    ])
      expect(unwrapQuestion(other)).toBe(other);
  });
});

describe("reading prompts", () => {
  it("takes no time that grows faster than they do", () => {
    const MILLION = 1_000_000;
    const marks = [
      "<chat_history>",
      "</chat_history>",
      "<context>",
      "</context>",
      "\n",
      " ",
      '"',
      "User:",
      "\nUser:",
      "{ ",
    ];
    const begun = performance.now();
    for (const start of ["### Task:\n", ...LIBRE_CHAT.map((prompt) => prompt.slice(0, 160))])
      for (const mark of marks) {
        const prompt = start + mark.repeat(MILLION / mark.length);
        readBackgroundTask([user(prompt)]);
        readBackgroundTask([user(`${prompt}</chat_history><type>${prompt}Output:`)]);
        unwrapQuestion(prompt);
      }
    expect(performance.now() - begun).toBeLessThan(10_000);
  }, 60_000);
});

describe("a background task without a model", () => {
  const without = (prompt: string): string =>
    writeWithoutModel(readBackgroundTask([user(prompt)])!);

  it("is made of the user's words, in the form that the prompt asks for", () => {
    expect(
      Object.values(OPEN_WEBUI).map((prompt) => JSON.parse(without(prompt)) as unknown),
    ).toEqual([
      { title: "How heavy is the Aurora 2 tent, and does it come with a bag?" },
      { tags: ["General"] },
      { follow_ups: [] },
      { queries: [LAST] },
      { text: "" },
      { prompt: LAST },
    ]);
    for (const prompt of LIBRE_CHAT)
      expect(without(prompt)).toBe("How heavy is the Aurora 2 tent, and does it come with a bag?");
  });

  it("cuts no character in two", () => {
    const prompt = `### Task:\n{ "title": "" }\n<chat_history>\nUSER: ${"🏕️".repeat(40)}\n</chat_history>`;
    const { title } = JSON.parse(without(prompt)) as { title: string };
    expect(title.isWellFormed()).toBe(true);
    expect(title).toMatch(/…$/);
    expect(title.length).toBeLessThanOrEqual(60);
  });
});
