export interface CliDocument {
  /** Where it was read: by this it is named to whoever sent it. */
  file: string;
  id: string;
  text: string;
  format: "markdown" | "text";
  title?: string;
}

export interface Refusal {
  name: string;
  why: string;
}

export interface Target {
  url: string;
  collection: string;
  adminKey: string | undefined;
  signal: AbortSignal;
  /** @default 25 */
  documentsACall?: number;
}

/** A call stays small enough to show progress, and far below the server's limits. */
const DOCUMENTS_A_CALL = 25;
const CHARACTERS_A_CALL = 1_000_000;
const DEADLINE = 120_000;

/**
 * Sends documents in batches. A batch that the server refuses is sent again one by one, so that only what it really
 * refuses is left out. Throws when the server can not be reached, or does not let us write at all.
 */
export async function sendDocuments(
  documents: CliDocument[],
  target: Target,
  onBatch: (batch: CliDocument[]) => void,
): Promise<{ stored: number; chunks: number; refused: Refusal[] }> {
  const result = { stored: 0, chunks: 0, refused: [] as Refusal[] };
  async function send(batch: CliDocument[]): Promise<void> {
    const answer = await post(batch, target);
    if (answer.ok) {
      result.stored += batch.length;
      result.chunks += answer.chunks;
      onBatch(batch);
    } else if (batch.length > 1) {
      for (const one of batch) await send([one]);
    } else {
      result.refused.push({ name: batch[0]!.file, why: answer.why });
      onBatch(batch);
    }
  }
  for (const batch of toBatches(documents, target.documentsACall)) await send(batch);
  return result;
}

function toBatches(documents: CliDocument[], most = DOCUMENTS_A_CALL): CliDocument[][] {
  const batches: CliDocument[][] = [];
  let characters = Infinity;
  for (const document of documents) {
    const last = batches.at(-1);
    if (
      last === undefined ||
      last.length >= most ||
      characters + document.text.length > CHARACTERS_A_CALL
    ) {
      batches.push([document]);
      characters = document.text.length;
    } else {
      last.push(document);
      characters += document.text.length;
    }
  }
  return batches;
}

async function post(
  documents: CliDocument[],
  target: Target,
): Promise<{ ok: true; chunks: number } | { ok: false; why: string }> {
  const address = new URL(
    `/collections/${encodeURIComponent(target.collection)}/documents`,
    target.url,
  );
  let response: Response;
  try {
    response = await fetch(address, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(target.adminKey === undefined || target.adminKey === ""
          ? {}
          : { authorization: `Bearer ${target.adminKey}` }),
      },
      body: JSON.stringify({
        documents: documents.map(({ file: _file, ...document }) => document),
      }),
      signal: AbortSignal.any([target.signal, AbortSignal.timeout(DEADLINE)]),
    });
  } catch (cause) {
    if (target.signal.aborted) throw target.signal.reason;
    throw new Error(
      `No Tributary answers at ${address.origin}. Start it with \`npm start\`, or give its address with --url.`,
      { cause },
    );
  }
  const body = (await response.json().catch(() => ({}))) as {
    detail?: string;
    documents?: { chunks: number }[];
  };
  if (response.ok)
    return {
      ok: true,
      chunks: (body.documents ?? []).reduce((sum, { chunks }) => sum + chunks, 0),
    };
  const why = body.detail ?? `the server answered ${response.status}`;
  // What is wrong with the document itself leaves only that document out.
  if (response.status === 413 || response.status === 422) return { ok: false, why };
  throw new Error(why);
}
