import { createDebugger } from "./search.ts";
import { createShowCase } from "./show-case.ts";

/* The entry of the demo page's script. */

const chat = document.querySelector("tributary-chat")!;
/** Of the conversation, oldest first; the server looks at the latest ones. */
let questions: string[] = [];
let conversation = "";

createShowCase(chat as HTMLElement);
const search = createDebugger((chosen) => {
  if (chosen === undefined || chosen.length === 0) chat.removeAttribute("collections");
  else chat.setAttribute("collections", chosen.join(","));
});

document.addEventListener("tributary-question", (event) => {
  const { text } = (event as CustomEvent<{ text: string }>).detail;
  search.follow(text, questions);
  questions = [...questions, text];
});
document.addEventListener("tributary-answer", (event) => {
  const { conversationId } = (event as CustomEvent<{ conversationId: string }>).detail;
  // Another conversation has begun with the last question.
  if (conversation !== "" && conversation !== conversationId) questions = questions.slice(-1);
  conversation = conversationId;
});
