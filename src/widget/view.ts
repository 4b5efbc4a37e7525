import { h, iconButton, textButton } from "./dom.ts";
import { CHAT, CLOSE, FRESH, SEND, STOP } from "./icons.ts";
import { createSourcePanel, type SourcePanel } from "./sources.ts";
import { type Strings } from "./strings.ts";

export interface ViewOptions {
  strings: Strings;
  isInline: boolean;
  placeholder: string;
  /** Suggested first questions. */
  questions: string[];
  /** False when nothing is asked now. */
  onAsk(text: string): boolean;
  onStop(): void;
  onFresh(): void;
  onOpen(isOpen: boolean): void;
}

/** All that stands still around the turns. */
export interface View {
  nodes: Node[];
  panel: SourcePanel;
  input: HTMLTextAreaElement;
  log: HTMLElement;
  say(text: string): void;
  setBusy(isBusy: boolean): void;
  /** Opens or closes a launcher's panel, and moves the focus with it. */
  setOpen(isOpen: boolean, moveFocus?: boolean): void;
  /** Keeps the end of the transcript in sight, unless the reader has gone up. */
  follow(always?: boolean): void;
}

export function createView(options: ViewOptions): View {
  const { strings, isInline } = options;
  const panel = createSourcePanel(strings);
  const live = h("div", { class: "hidden", role: "status" });
  const { log, follow } = createLog(options);
  const { form, input, setBusy } = createForm(options);
  const launcher = iconButton(CHAT, strings.heading, {
    class: "launcher",
    "aria-expanded": "false",
    click: () => setOpen(chat.hidden === true),
  });
  const header = createHeader(options, () => setOpen(false));
  const chat = h(
    "section",
    {
      class: "panel",
      "aria-label": strings.heading,
      role: isInline ? undefined : "dialog",
      hidden: isInline ? undefined : "",
      keydown(event) {
        const { key, isComposing } = event as KeyboardEvent;
        if (key !== "Escape" || isComposing) return;
        if (!panel.close()) setOpen(false);
      },
    },
    header,
    log,
    panel.element,
    form,
    live,
  );

  function setOpen(isOpen: boolean, moveFocus = true): void {
    if (isInline) return;
    chat.hidden = !isOpen;
    launcher.ariaExpanded = String(isOpen);
    options.onOpen(isOpen);
    if (isOpen) follow(true);
    if (moveFocus) (isOpen ? input : launcher).focus();
  }

  return {
    nodes: isInline ? [chat] : [chat, launcher],
    panel,
    input,
    log,
    follow,
    setOpen,
    say: (text) => void (live.textContent = text),
    setBusy(isBusy) {
      log.setAttribute("aria-busy", String(isBusy));
      setBusy(isBusy);
    },
  };
}

function createHeader({ strings, isInline, onFresh }: ViewOptions, close: () => void): HTMLElement {
  return h(
    "header",
    {},
    h("h2", { dir: "auto" }, strings.heading),
    iconButton(FRESH, strings.fresh, { click: onFresh }),
    ...(isInline ? [] : [iconButton(CLOSE, strings.close, { click: close })]),
  );
}

/** The transcript, with a welcome as long as it is empty. */
function createLog({ strings, questions, onAsk }: ViewOptions): Pick<View, "log" | "follow"> {
  let isAtEnd = true;
  const log = h(
    "div",
    {
      class: "log",
      role: "log",
      "aria-live": "off",
      "aria-label": strings.heading,
      tabindex: 0,
      scroll: () => void (isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40),
    },
    h(
      "div",
      { class: "welcome" },
      h("p", { dir: "auto" }, strings.greeting),
      ...questions.map((question) => textButton(question, () => onAsk(question))),
    ),
  );
  return {
    log,
    follow(always = false) {
      isAtEnd ||= always;
      if (isAtEnd) log.scrollTop = log.scrollHeight;
    },
  };
}

function createForm({ strings, placeholder, onAsk, onStop }: ViewOptions): {
  form: HTMLElement;
  input: HTMLTextAreaElement;
  setBusy(isBusy: boolean): void;
} {
  const submit = (event: Event): void => {
    event.preventDefault();
    if (onAsk(input.value)) input.value = "";
  };
  const input = h("textarea", {
    class: "input",
    rows: 1,
    dir: "auto",
    enterkeyhint: "send",
    "aria-label": placeholder,
    placeholder,
    keydown(event) {
      const { key, shiftKey, isComposing, keyCode } = event as KeyboardEvent;
      // Safari ends a composition before the key arrives; 229 is all that is left of it.
      if (key === "Enter" && !shiftKey && !isComposing && keyCode !== 229) submit(event);
    },
  });
  const send = iconButton(SEND, strings.send, { class: "send", type: "submit" });
  const stop = iconButton(STOP, strings.stop, {
    class: "send",
    hidden: "",
    click: onStop,
  });
  return {
    form: h("form", { submit }, input, send, stop),
    input,
    setBusy(isBusy) {
      const focused = (input.getRootNode() as ShadowRoot).activeElement;
      [send.hidden, stop.hidden] = [isBusy, !isBusy];
      if (focused === send || focused === stop) input.focus();
    },
  };
}
