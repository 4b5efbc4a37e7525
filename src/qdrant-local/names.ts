import { validationError } from "./envelope.ts";

const FORBIDDEN = [...'<>:"/\\|?*', "\0", "\u001F"];

/** A server makes folders of the names of collections and vectors. */
export function checkCharacters(name: string, kind: "collection" | "vector"): void {
  const forbidden = FORBIDDEN.find((character) => name.includes(character));
  if (forbidden === undefined) return;
  const text = `${kind} name cannot contain "${forbidden}" char`;
  throw validationError(`${kind}_name`, text, "path parameters");
}
