import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import type { AppEnvironment } from "./environment.ts";
import { problem } from "./schemas.ts";

const ok = {
  description: "Yes",
  content: { "application/json": { schema: z.object({ status: z.literal("ok") }) } },
};
const healthRoute = createRoute({
  method: "get",
  path: "/healthz",
  summary: "Is the process alive?",
  responses: { 200: ok },
});
const readyRoute = createRoute({
  method: "get",
  path: "/readyz",
  summary: "Does the document store answer, and are new questions taken?",
  responses: { 200: ok, 503: problem("Not ready, or being shut down") },
});

export function addHealthRoutes(
  app: OpenAPIHono<AppEnvironment>,
  { answer, running }: Services,
): void {
  app.openapi(healthRoute, (c) => c.json({ status: "ok" as const }, 200));
  app.openapi(readyRoute, async (c) => {
    running.requireOpen();
    await answer.catalog.refresh(c.req.raw.signal).catch((cause: unknown) => {
      throw new AppError("storage-unavailable", "The document store does not answer.", { cause });
    });
    return c.json({ status: "ok" as const }, 200);
  });
}
