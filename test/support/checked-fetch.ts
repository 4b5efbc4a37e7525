// A fetch for a started server that holds its answers to what its GET /openapi.json says.
import { afterEach, expect } from "vitest";
import { type ApiDocument, createAnswerCheck } from "./answer-check.ts";

const complaints: string[] = [];
afterEach(() => expect(complaints.splice(0)).toEqual([]));

export async function createCheckedFetch(origin: string): Promise<typeof fetch> {
  const document = (await (await fetch(`${origin}/openapi.json`)).json()) as ApiDocument;
  const check = createAnswerCheck(document);
  return async (input, init) => {
    const request = new Request(input, init);
    const { method, url } = request;
    return check({ method, path: new URL(url).pathname }, await fetch(request), (complaint) =>
      complaints.push(complaint),
    );
  };
}
