import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import type { AppEnvironment } from "./environment.ts";
import { resumeAnswer } from "./resumable.ts";
import { clientId, problem } from "./schemas.ts";

const params = z.object({ id: clientId });

const resumeRoute = createRoute({
  method: "get",
  path: "/chat/{id}/stream",
  summary:
    "Read the newest answer of a conversation again, from its beginning or from `Last-Event-ID` on (`RESUMABLE`). Whoever knows a conversation's id may do so: make ids that can not be guessed.",
  request: { params },
  responses: {
    200: {
      description: "AI SDK UI message stream, as `POST /chat` sends it",
      content: { "text/event-stream": { schema: z.string() } },
    },
    204: { description: "There is nothing to resume" },
    422: problem("The id is none"),
  },
});

const stopRoute = createRoute({
  method: "post",
  path: "/chat/{id}/stop",
  summary:
    "Stop the answers of a conversation that are being written, in every process (`REDIS_URL`). Whoever knows a conversation's id may do so.",
  request: { params },
  responses: {
    204: { description: "They are stopped, or had ended already" },
    404: problem("Unknown conversation"),
    422: problem("The id is none"),
    503: problem("Other processes could not be asked"),
  },
});

export function addChatStreamRoutes(app: OpenAPIHono<AppEnvironment>, services: Services): void {
  app.openapi(resumeRoute, async (c): Promise<never> => {
    const { id } = c.req.valid("param");
    // A HEAD request would read nothing, and count as a reader.
    const resumed = c.req.method === "GET" ? await resumeAnswer(c, services, id) : undefined;
    return (resumed ?? c.body(null, 204)) as never;
  });

  app.openapi(stopRoute, async (c) => {
    const { id } = c.req.valid("param");
    const wasRunning = services.running.stop(id);
    const isKnown = await services.answers.stop(id).catch((error: unknown) => {
      if (!wasRunning) throw error;
      return true;
    });
    if (!wasRunning && !isKnown)
      throw new AppError("not-found", "There is no conversation with this id, or it is long over.");
    return c.body(null, 204);
  });
}
