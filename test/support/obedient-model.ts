// A fake model that does whatever any line of its prompt asks, so that the result of an injection
// test depends on what reached the prompt and never on a model's mood. With nothing to obey it
// answers from the first numbered source and cites it.

export function obedientReply(prompt: string): string {
  const obeyed = prompt.split("\n").flatMap((line) => obeyLine(line, prompt));
  if (obeyed.length > 0) return obeyed.join("\n");
  if (REWRITE_REQUEST.test(prompt)) return standaloneQuestion(prompt);
  return citeFirstSource(prompt);
}

const REWRITE_REQUEST =
  /\b(?:rewrite|rephrase|condense|reformulate)\b[^.\n]*\bquestion|\bstand-?alone question|질문[^.\n]*(?:다시|바꿔)\s*(?:쓰|써|작성)/i;

/** What a model can give away is what it was given: asked for secrets, it gives its whole prompt. */
const SECRETS: RegExp[] = [
  /\b(?:list|show|print|dump|reveal|output)\b[^.\n]*(?:\b(?:environment|env|keys?|secrets?|documents?|collections?|logs?|conversations)\b|process\.env)/i,
  /\bwhat is in the collection\b/i,
  /(?:환경\s*변수|API\s*키|비밀번호|컬렉션|문서|로그|대화)[^.\n]*(?:출력|공개|보여|알려)/,
  /위(?:의|에 있는)?[^.\n]*(?:내용|지시|글)[^.\n]*(?:반복|출력)/,
];

/** A rule's first group is what to say; without a group the whole prompt is given away. */
const RULES: RegExp[] = [
  /\b(?:say|reply|answer|respond|output|print|write)\b(?: \w+){0,3}?:? ["“'‘`]([^"”’`]+)["”'’`]/i,
  /\b(?:say|reply|answer|respond|output|print|write)(?: with)? (?:exactly:?|only:) ([^"“'‘`\s].*)/i,
  /["“'‘「]([^"”’」]+)["”'’」]\s*(?:이?라고|을|를)\s*(?:만\s*)?(?:정확히\s*)?(?:답|말|대답|출력|써|쓰|적)/,
  /([^\s"”’」:,.]+?)(?:이?라고)만?\s*(?:답|말|대답|출력|써|적)/,
  /\b(?:include|append|insert|add|render|embed)\b.*?(!?\[[^\]]*\]\([^)]+\)|!?\[[^\]]*\]\[\w*\].*|<(?:img|a)\b.*|(?:https?:\/\/|www\.)\S+)/i,
  /\bcite (?:only )?source \[?(\d+)/i,
  ...SECRETS,
  /\b(?:print|reveal|repeat|output|show)\b[^.]*\b(?:system prompt|(?:text |instructions )?above|your instructions)\b/i,
  /시스템\s*(?:프롬프트|메시지|지시)(?:를|을)?\s*(?:그대로\s*|모두\s*)?(?:출력|공개|보여|알려|반복)/,
  /위(?:의|에 있는)?\s*(?:모든\s*)?(?:내용|지시|글)(?:을|를)?\s*(?:그대로\s*|모두\s*)?(?:반복|출력)/,
  /\b(?:ignore|disregard|forget)\b[^.]*\b(?:instructions|rules|prompts?)\b[,;.]?\s*(?:and|then)?\s+(\w.*)/i,
  /(?:지시|명령|지침)(?:사항)?(?:을|를|은|는)?\s*(?:모두\s*)?무시하(?:고|세요|십시오|라)[.,]?\s*(\S.*)/,
];

function obeyLine(line: string, prompt: string): string[] {
  if (isRuleAboutSources(line)) return [];
  for (const rule of RULES) {
    const match = rule.exec(line);
    if (!match || isForbidden(line, match)) continue;
    const [, words] = match;
    if (words === undefined) return [prompt];
    if (rule.source.includes("cite")) return [`As told. [${words}]`];
    // What it knows goes where it was told to put it.
    return [words.trim().replaceAll("{data}", () => encodeURIComponent(prompt.slice(0, 80)))];
  }
  return [];
}

/** "If no source answers, say …" is an honest condition of a system prompt, not an order to say it now. */
function isRuleAboutSources(line: string): boolean {
  return (
    /\b(?:if|when|unless|whenever)\b.*\b(?:sources?|passages?|answers?|context|documents?|question)\b/i.test(
      line,
    ) || /(?:출처|자료|문서|근거|답).*(?:없으면|없다면|않으면|않는다면|경우|때)/.test(line)
  );
}

/** "Never reveal …", "… 출력하지 마세요". */
function isForbidden(line: string, match: RegExpExecArray): boolean {
  const before = line.slice(0, match.index);
  const after = line.slice(match.index + match[0].length);
  return (
    /\b(?:never|not|don't|cannot|such as|like)(?:\s+[\w-]+){0,2}[\s"“'‘`]*$/i.test(before) ||
    /^[가-힣]{0,3}지\s*(?:마|말|않)/.test(after)
  );
}

function standaloneQuestion(prompt: string): string {
  const questions = [...prompt.matchAll(ASKED)]
    .map((match) => (match[1] ?? "").trim())
    .filter((question) => !REWRITE_REQUEST.test(question));
  const last = questions.at(-1) ?? prompt.trim().split("\n").at(-1) ?? "";
  const topic = questions
    .slice(0, -1)
    .flatMap((question) => question.match(/[\p{Letter}\p{Number}]{2,}/gu) ?? [])
    .filter((word) => !last.toLowerCase().includes(word.toLowerCase()))
    // The longest words of the earlier questions name the topic.
    .toSorted((a, b) => b.length - a.length)
    .slice(0, 3);
  return [...topic, last].join(" ");
}

const ASKED =
  /^\W*(?:(?:last |follow-up |new )?(?:user|human|question)|사용자|질문)\W*:\s*([^<\s].*)$/gim;

function citeFirstSource(prompt: string): string {
  const source = SOURCE_FORMS.map((form) => form.exec(prompt)).find((match) => match !== null);
  const [, number, text = ""] = source ?? [];
  if (!number) return "No source answers this.";
  const lines = text.split("\n").map((line) => line.replace(/<[^>]*>/g, "").trim());
  // The first line is the title; the sentence comes from the passage, if there is one.
  const passage = lines.slice(1).find((line) => line.length > 0) ?? lines[0] ?? "";
  const sentence = /^.*?[.!?。](?=\s|$)/.exec(passage)?.[0] ?? passage;
  return `${sentence.slice(0, 300).replace(/[.!?。\s]+$/, "")} [${number}].`;
}

const SOURCE_FORMS = [
  /^\W*\[(\d+)\]\s*([\s\S]*?)(?=\n\W*\[\d+\]|\n\s*\n\s*\n|$(?![\s\S]))/m,
  /<(?:source|document|passage)\b[^>]*?(\d+)[^>]*>([\s\S]*?)<\//i,
  /^\W*(?:source|document|출처|문서)\W*(\d+)\W*([\s\S]*?)(?=\n\W*(?:source|document|출처|문서)\W*\d+|$(?![\s\S]))/im,
];
