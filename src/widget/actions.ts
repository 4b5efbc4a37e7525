import { h, iconButton, textButton } from "./dom.ts";
import { type ErrorFrame } from "./failure.ts";
import { type AnswerFrame } from "./frames.ts";
import { AGAIN, COPY, DOWN, UP } from "./icons.ts";
import { readText } from "./record.ts";
import { type Strings } from "./strings.ts";
import { type Turn } from "./turn.ts";

/** What a reader can do with an answer. */
export interface Actions {
  strings: Strings;
  say(text: string): void;
  /** Asks for the answer, again where there is one. */
  retry(turn: Turn): void;
  /** Puts the question back into the input, of a new conversation where it must be one. */
  edit(turn: Turn, isFresh: boolean): void;
  /** False when it was not stored. */
  rate(turn: Turn, rating: "up" | "down", comment?: string): Promise<boolean>;
}

/** The row under an answer; `references` are what a copy says of its sources. */
export function createActions(
  actions: Actions,
  turn: Turn,
  last: AnswerFrame,
  references: string[],
): HTMLElement[] {
  const { strings, retry } = actions;
  const text = readText(turn.record);
  const row = h("div", { class: "actions" });
  const below = h("div", {});
  // Pages over plain HTTP have no clipboard.
  if (text !== "" && isSecureContext)
    row.append(createCopy(actions, `${text}\n\n${references.join("\n")}`));
  if (last.type === "finish" && last.messageMetadata?.feedback !== false)
    row.append(...createRating(actions, turn, below));
  // Only the last answer can be written again.
  const again = h("div", { class: "again actions" });
  if (last.type === "error") again.append(...createRemedies(actions, turn, last));
  else again.append(iconButton(AGAIN, strings.retry, { click: () => retry(turn) }));
  row.append(again);
  return [row, below];
}

function createRemedies(
  { strings, retry, edit }: Actions,
  turn: Turn,
  { code, wait = 0 }: ErrorFrame,
): HTMLElement[] {
  if (code === "conversation-expired") return [textButton(strings.fresh, () => edit(turn, true))];
  const button = textButton(strings.retry, () => retry(turn));
  countDown(button, wait, strings.retry);
  return [button, textButton(strings.edit, () => edit(turn, false))];
}

/** Seconds that must pass before another try makes sense are counted down on its button. */
function countDown(button: HTMLButtonElement, seconds: number, label: string): void {
  button.disabled = seconds > 0;
  button.textContent = label + (seconds > 0 ? ` (${seconds})` : "");
  if (seconds > 0) setTimeout(countDown, 1000, button, seconds - 1, label);
}

function createCopy({ strings, say }: Actions, text: string): HTMLElement {
  const button = iconButton(COPY, strings.copy, {
    async click() {
      await navigator.clipboard.writeText(text);
      button.classList.add("done");
      say(strings.copied);
    },
  });
  return button;
}

function createRating(actions: Actions, turn: Turn, below: HTMLElement): HTMLElement[] {
  const { strings, say } = actions;
  const ratings = ["up", "down"] as const;
  const buttons = ratings.map((rating) =>
    iconButton(rating === "up" ? UP : DOWN, strings[rating], { click: () => rate(rating) }),
  );
  const show = (): void =>
    buttons.forEach(
      (button, index) => void (button.ariaPressed = String(ratings[index] === turn.record.rating)),
    );
  async function rate(rating: "up" | "down", comment?: string): Promise<void> {
    const isStored = await actions.rate(turn, rating, comment);
    show();
    const hint = h(
      "p",
      { class: "hint", role: isStored ? undefined : "alert" },
      isStored ? strings.thanks : strings.later,
    );
    below.replaceChildren(
      isStored && rating === "down" && comment === undefined ? createComment() : hint,
    );
    if (isStored) say(strings.thanks);
  }
  function createComment(): HTMLElement {
    const box = h("input", { placeholder: strings.comment, maxlength: 1000, dir: "auto" });
    const submit = (event: Event): void => {
      event.preventDefault();
      void rate("down", box.value);
    };
    return h(
      "form",
      { class: "comment", submit },
      box,
      h("button", { class: "wide" }, strings.send),
    );
  }
  show();
  return buttons;
}
