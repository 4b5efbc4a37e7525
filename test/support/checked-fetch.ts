// A fetch for a started server that holds its answers to what its GET /openapi.json says.
import { type ApiDocument, createAnswerCheck } from "./answer-check.ts";
import { complain } from "./complaints.ts";

export async function createCheckedFetch(origin: string): Promise<typeof fetch> {
  const document = (await (await fetch(`${origin}/openapi.json`)).json()) as ApiDocument;
  const check = createAnswerCheck(document);
  return async (input, init) => {
    const request = new Request(input, init);
    const { method, url } = request;
    return check({ method, path: new URL(url).pathname }, await fetch(request), complain);
  };
}
