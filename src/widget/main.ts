/* The entry of `/widget.js`. */
import { TributaryChat } from "./element.ts";

const NAME = "tributary-chat";

// A page may hold the script twice, from two addresses.
if (customElements.get(NAME) === undefined) {
  customElements.define(NAME, TributaryChat);
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", addLauncher);
  else addLauncher();
}

/** A page that has the script and no element gets a launcher, set up by the `data-` attributes of the script's tag. */
function addLauncher(): void {
  const script = [...document.scripts].find(({ src }) => src === import.meta.url);
  if (script === undefined || document.querySelector(NAME) !== null) return;
  const element = document.createElement(NAME);
  for (const [name, value] of Object.entries(script.dataset))
    if (value !== undefined) element.setAttribute(name, value);
  document.body.append(element);
}
