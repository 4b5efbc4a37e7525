import { h, iconButton } from "./dom.ts";
import { type AnswerFrame } from "./frames.ts";
import { AGAIN, COPY, DOWN, UP } from "./icons.ts";
import { readText } from "./record.ts";
import { fill } from "./strings.ts";
import { type Strings } from "./strings-en.ts";
import { type Turn } from "./turn.ts";

/** What a reader can do with an answer. */
export interface Actions {
  strings: Strings;
  say(text: string): void;
  /** Asks for the answer, again where there is one. */
  retry(turn: Turn): void;
  /** Puts the question back into the input. */
  edit(turn: Turn): void;
  /** Begins a conversation with the question in the input. */
  startFresh(turn: Turn): void;
  rate(turn: Turn, rating: "up" | "down", comment?: string): Promise<void>;
}

/** The row under an answer; `references` are what a copy says of its sources. */
export function createActions(
  actions: Actions,
  turn: Turn,
  last: AnswerFrame,
  references: string[],
): HTMLElement {
  const row = h("div", { class: "actions", part: "actions" });
  if (readText(turn.record) !== "") {
    row.append(createCopy(actions, [readText(turn.record), references.join("\n")].join("\n\n")));
    if (last.type === "finish") row.append(...createRating(actions, turn, row));
  }
  if (last.type === "error") row.append(...createRemedies(actions, turn, last));
  else row.append(again(iconButton(AGAIN, actions.strings.regenerate, retrying(actions, turn))));
  return row;
}

const retrying = (actions: Actions, turn: Turn): { click: () => void } => ({
  click: () => actions.retry(turn),
});

/** Only the last answer can be written again. */
function again<Element extends HTMLElement>(button: Element): Element {
  button.classList.add("again");
  return button;
}

function createRemedies(
  actions: Actions,
  turn: Turn,
  { code, wait = 0 }: AnswerFrame & { type: "error" },
): HTMLElement[] {
  const { strings } = actions;
  const edit = button(strings.edit, () => actions.edit(turn));
  if (code === "conversation-expired")
    return [button(strings.fresh, () => actions.startFresh(turn)), edit];
  const retry = button(strings.retry, () => actions.retry(turn));
  count(retry, wait, strings);
  return [retry, edit];
}

const button = (label: string, click: () => void): HTMLButtonElement =>
  again(h("button", { type: "button", class: "wide", click }, label));

/** Seconds that must pass before another try makes sense are counted down on its button. */
function count(button: HTMLButtonElement, seconds: number, strings: Strings): void {
  button.disabled = seconds > 0;
  button.textContent = seconds > 0 ? fill(strings.wait, { n: seconds }) : strings.retry;
  if (seconds > 0) setTimeout(() => count(button, seconds - 1, strings), 1000);
}

function createCopy({ strings, say }: Actions, text: string): HTMLElement {
  const button = iconButton(COPY, strings.copy, {
    async click() {
      await copy(text, button);
      button.classList.add("done");
      say(strings.copied);
      setTimeout(() => button.classList.remove("done"), 2000);
    },
  });
  return button;
}

/** Pages over plain HTTP, and frames, have no clipboard of their own. */
async function copy(text: string, near: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const box = h("textarea", { class: "hidden" });
    box.value = text;
    near.after(box);
    box.select();
    document.execCommand("copy");
    box.remove();
    near.focus();
  }
}

function createRating(actions: Actions, turn: Turn, row: HTMLElement): HTMLElement[] {
  const { strings, say } = actions;
  const { record } = turn;
  const buttons = (["up", "down"] as const).map((rating) => {
    const button = iconButton(rating === "up" ? UP : DOWN, strings[rating], {
      async click() {
        show(rating);
        row.nextElementSibling?.remove();
        if (rating === "down") row.after(createComment(send));
        await send(rating);
      },
    });
    return [rating, button] as const;
  });
  const show = (given: string | undefined): void => {
    for (const [rating, button] of buttons) button.ariaPressed = String(rating === given);
  };
  async function send(rating: "up" | "down", comment?: string): Promise<void> {
    await actions.rate(turn, rating, comment).then(
      () => say(strings.thanks),
      () => {
        row.nextElementSibling?.remove();
        row.after(h("p", { class: "hint", role: "alert" }, strings.unrated));
      },
    );
    show(record.rating);
  }
  function createComment(submit: typeof send): HTMLElement {
    const box = h("input", {
      "aria-label": strings.comment,
      placeholder: strings.comment,
      maxlength: 1000,
      dir: "auto",
    });
    const form = h(
      "form",
      {
        class: "comment",
        submit(event) {
          event.preventDefault();
          form.replaceWith(h("p", { class: "hint" }, strings.thanks));
          void submit("down", box.value);
        },
      },
      box,
      h("button", { class: "wide" }, strings.send),
    );
    return form;
  }
  show(record.rating);
  return buttons.map(([, button]) => button);
}
