import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import type { AppEnvironment } from "./environment.ts";
import { problems } from "./problems.ts";

const ok = {
  description: "Yes",
  content: {
    "application/json": { schema: z.object({ status: z.literal("ok") }).openapi("Health") },
  },
};
const healthRoute = createRoute({
  method: "get",
  path: "/healthz",
  operationId: "isAlive",
  tags: ["Operations"],
  summary: "Is the process alive?",
  responses: { 200: ok, ...problems({}) },
});
const readyRoute = createRoute({
  method: "get",
  path: "/readyz",
  operationId: "isReady",
  tags: ["Operations"],
  summary: "Does the document store answer, and are new questions taken?",
  responses: {
    200: ok,
    ...problems({
      "storage-unavailable": "The document store does not answer.",
      "shutting-down": "The server is being shut down.",
    }),
  },
});

export function addHealthRoutes(app: OpenAPIHono<AppEnvironment>, { answer, running }: Services) {
  return app
    .openapi(healthRoute, (c) => c.json({ status: "ok" as const }, 200))
    .openapi(readyRoute, async (c) => {
      running.requireOpen();
      await answer.catalog.refresh(c.req.raw.signal).catch((cause: unknown) => {
        throw new AppError("storage-unavailable", "The document store does not answer.", { cause });
      });
      return c.json({ status: "ok" as const }, 200);
    });
}
