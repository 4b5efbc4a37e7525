import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import packageFile from "../../package.json" with { type: "json" };
import type { Services } from "../services.ts";
import type { AppEnvironment } from "./environment.ts";
import { readOrigin } from "./origin.ts";
import { problems } from "./problems.ts";

export type ApiDocument = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

const TAGS = [
  { name: "Chat", description: "Questions and their answers." },
  { name: "Conversations", description: "What was said, and how it was rated." },
  { name: "OpenAI", description: "The same answers for OpenAI's clients." },
  { name: "Search", description: "Retrieval alone." },
  { name: "Sources", description: "What answers cite." },
  { name: "Documents", description: "What is known, by collection." },
  { name: "Pages", description: "For people." },
  { name: "Operations", description: "For whoever runs the server." },
];

const apiDocument = z
  .looseObject({
    openapi: z.string(),
    info: z.looseObject({ title: z.string(), version: z.string() }),
    paths: z.looseObject({}),
  })
  .openapi("ApiDescription", { description: "OpenAPI 3.1" });

const documentRoute = createRoute({
  method: "get",
  path: "/openapi.json",
  operationId: "describeApi",
  tags: ["Operations"],
  summary: "This description.",
  responses: {
    200: {
      description: "An OpenAPI 3.1 document",
      content: {
        "application/json": {
          schema: apiDocument,
        },
      },
    },
    ...problems({}),
  },
});

/** Making one takes tens of milliseconds. */
const made = new WeakMap<object, ApiDocument>();

/** Describes all routes that `app` has when it is asked first. */
export function describeApi(app: OpenAPIHono<AppEnvironment>, origin: string): ApiDocument {
  const document = made.get(app) ?? makeDocument(app);
  made.set(app, document);
  return { ...document, servers: [{ url: origin }] };
}

function makeDocument(app: OpenAPIHono<AppEnvironment>): ApiDocument {
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Tributary",
      version: packageFile.version,
      description: packageFile.description,
      license: { name: packageFile.license },
    },
    tags: TAGS,
  });
}

export function addDescriptionRoute(app: OpenAPIHono<AppEnvironment>, { config }: Services) {
  app.openAPIRegistry.registerComponent("securitySchemes", "adminKey", {
    type: "http",
    scheme: "bearer",
    description:
      "The server's `ADMIN_KEY`. Where it has none, only callers on the same machine may write.",
  });
  return app.openapi(documentRoute, (c) => {
    const document = describeApi(app, readOrigin(c, config)) as z.infer<typeof apiDocument>;
    return c.json(document, 200);
  });
}
