import * as z from "zod";

export const documentId = z
  .string()
  .min(1)
  .max(512)
  // eslint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u001F\u007F]+$/, "A document's id has no control characters.");

const metadataValue = z.union([
  z.union([z.string().max(1000), z.number(), z.boolean()]),
  z.array(z.string().max(1000)).max(100),
  z.array(z.number()).max(100),
]);
export const metadata = z
  .record(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/), metadataValue)
  .refine((fields) => Object.keys(fields).length <= 50, "Metadata has at most 50 fields.");

/** A document without its id. */
export const documentBody = z.object({
  text: z.string(),
  title: z.string().trim().min(1).max(500).optional(),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
  format: z.enum(["markdown", "text"]).optional(),
  metadata: metadata.optional(),
});

export const documentList = z.object({
  documents: z
    .array(documentBody.extend({ id: documentId }))
    .min(1)
    .max(500),
});
