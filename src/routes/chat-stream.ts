import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { TypedResponse } from "hono";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import { eventStream } from "./answer-schemas.ts";
import type { AppEnvironment } from "./environment.ts";
import { resumeAnswer } from "./resumable.ts";
import { problems } from "./problems.ts";
import { clientId } from "./schemas.ts";

/** To a typed client it is a text, and never JSON. */
const streamContent = { "text/event-stream": eventStream } as unknown as {
  "text/plain": { schema: z.ZodString };
};
type SentStream = Response & TypedResponse<string, 200, "text">;

const params = z.object({ id: clientId });

const resumeRoute = createRoute({
  method: "get",
  path: "/chat/{id}/stream",
  operationId: "resumeChat",
  tags: ["Chat"],
  summary: "Read the newest answer of a conversation again.",
  description:
    "From its beginning, or from `Last-Event-ID` on; needs `RESUMABLE`. Whoever knows a conversation's id may do so: make ids that can not be guessed.",
  request: {
    params,
    headers: z.object({
      "last-event-id": z.string().optional().openapi({ description: "Id of the last frame read." }),
    }),
  },
  responses: {
    200: {
      description: "The answer, as `POST /chat` streams it",
      content: streamContent,
    },
    204: { description: "There is nothing to resume" },
    ...problems({ invalid: "The id is none." }),
  },
});

const stopRoute = createRoute({
  method: "post",
  path: "/chat/{id}/stop",
  operationId: "stopChat",
  tags: ["Chat"],
  summary: "Stop the answers of a conversation that are being written.",
  description:
    "In every process (`REDIS_URL`). Whoever knows a conversation's id may do so. A reader who only leaves stops a resumable answer not.",
  request: { params },
  responses: {
    204: { description: "They are stopped, or had ended already" },
    ...problems({
      "not-found": "There is no such conversation.",
      invalid: "The id is none.",
      "storage-unavailable": "Other processes could not be asked.",
    }),
  },
});

export function addChatStreamRoutes(app: OpenAPIHono<AppEnvironment>, services: Services) {
  return app
    .openapi(resumeRoute, async (c) => {
      const { id } = c.req.valid("param");
      // A HEAD request would read nothing, and count as a reader.
      const resumed = c.req.method === "GET" ? await resumeAnswer(c, services, id) : undefined;
      return (resumed as SentStream | undefined) ?? c.body(null, 204);
    })
    .openapi(stopRoute, async (c) => {
      const { id } = c.req.valid("param");
      const wasRunning = services.running.stop(id);
      const isKnown = await services.answers.stop(id).catch((error: unknown) => {
        if (!wasRunning) throw error;
        return true;
      });
      if (!wasRunning && !isKnown)
        throw new AppError(
          "not-found",
          "There is no conversation with this id, or it is long over.",
        );
      return c.body(null, 204);
    });
}
