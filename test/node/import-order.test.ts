// OpenAPI's `z` describes only schemas that are made after its import; the ingester's may have been made before.
import { expect, it } from "vitest";
import { ROOT, runProcess } from "./tributary.ts";

it("describes documents in OpenAPI also where the ingester was imported first", async () => {
  const code = `
    await import("./src/ingest/document-schema.ts");
    const { OpenAPIHono } = await import("@hono/zod-openapi");
    await import("./src/routes/documents.ts");
    const { registerDocumentBodies } = await import("./src/routes/document-schemas.ts");
    const app = new OpenAPIHono();
    registerDocumentBodies(app);
    const { components } = app.getOpenAPI31Document({ info: { title: "", version: "" } });
    console.log(Object.keys(components.schemas).join(" "));`;
  const run = await runProcess(process.execPath, ["--input-type=module", "-e", code], {
    cwd: ROOT,
  });
  expect(run.stderr).toBe("");
  expect(run.stdout).toBe("DocumentBody DocumentList\n");
});
