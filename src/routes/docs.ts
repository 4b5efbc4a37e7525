import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { html } from "hono/html";
import type { Services } from "../services.ts";
import type { ApiDocument, ApiMedia, ApiOperation } from "./api-document.ts";
import { toCurl } from "./docs-curl.ts";
import { renderDetails, renderSchema, renderSentences, renderType } from "./docs-schema.ts";
import type { AppEnvironment } from "./environment.ts";
import { type Html, renderPage } from "./layout.ts";
import { describeApi } from "./openapi.ts";
import { readOrigin } from "./origin.ts";
import { pageProblems } from "./problems.ts";
import { htmlPage } from "./schemas.ts";

const STYLE = `
body { max-inline-size: 76rem; }
body > div { display: grid; gap: 2rem; margin-block-start: 1.5rem; }
nav { font-size: .9rem; }
nav h2 { margin: 1rem 0 .25rem; font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); }
nav ul { margin: 0; padding: 0; list-style: none; }
nav a { display: block; padding-block: .15rem; color: var(--ink); text-decoration: none; }
nav a:hover { text-decoration: underline; }
main { min-inline-size: 0; }
main h2 { margin: 2.5rem 0 0; font-size: 1.35rem; }
main > section:first-child > h2 { margin-block-start: 0; }
article { margin-block-start: 1rem; padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--card); scroll-margin-block-start: 1rem; }
article > :last-child { margin-block-end: 0; }
h3 { margin: 0; font: 600 1rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
h4 { margin: 1.25rem 0 .25rem; font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); }
h3 a { color: inherit; text-decoration: none; } h3 a:hover { text-decoration: underline; }
.method { display: inline-block; min-inline-size: 4.25rem; margin-inline-end: .6rem; padding: .05rem .5rem; border-radius: .4rem; background: var(--tint); color: var(--accent); font-size: .8rem; text-align: center; }
dl { margin: .25rem 0; } dt { margin-block-start: .5rem; } dd { margin: 0 0 0 1.25rem; }
dl dl { padding-inline-start: .75rem; border-inline-start: 2px solid var(--line); }
small { color: var(--soft); }
article pre { padding: .75rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--page); white-space: pre-wrap; }
@media (min-width: 60rem) {
  body > div { grid-template-columns: 18rem minmax(0, 1fr); }
  nav { position: sticky; inset-block-start: 1rem; align-self: start; max-block-size: calc(100vh - 2rem); overflow-y: auto; }
}
`;

const docsRoute = createRoute({
  method: "get",
  path: "/docs",
  operationId: "showDocs",
  tags: ["Pages"],
  summary: "This description for people.",
  responses: {
    200: { description: "The page", content: { "text/html": htmlPage } },
    ...pageProblems({}),
  },
});

/** A page about all routes, made from what GET /openapi.json says and from nothing else. */
export function addDocsRoute(app: OpenAPIHono<AppEnvironment>, { config }: Services) {
  return app.openapi(docsRoute, (c) => {
    const api = describeApi(app, readOrigin(c, config)) as unknown as ApiDocument;
    return c.html(
      renderPage(c, { title: `${api.info.title} API`, style: STYLE, body: renderDocs(api) }),
    );
  });
}

interface Listed {
  method: string;
  path: string;
  operation: ApiOperation;
}

function renderDocs(api: ApiDocument): Html {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const tags = api.tags.flatMap((tag) => {
    const listed = operations.filter(({ operation }) => operation.tags[0] === tag.name);
    return listed.length === 0 ? [] : [{ ...tag, listed }];
  });
  const schemas = Object.entries(api.components.schemas);
  return html`<header>
      <h1>${api.info.title} API <small>${api.info.version}</small></h1>
      <p>
        ${api.info.description} <a href="/openapi.json">openapi.json</a> says the same to programs.
      </p>
    </header>
    <div>
      <nav aria-label="Contents" tabindex="0">
        ${tags.map(
          ({ name, listed }) =>
            html`<h2>${name}</h2>
              <ul>
                ${listed.map(
                  ({ method, path, operation }) =>
                    html`<li>
                      <a href="#${operation.operationId}"
                        >${method.toUpperCase()} ${breakable(path)}</a
                      >
                    </li>`,
                )}
              </ul>`,
        )}
        <h2><a href="#schemas">Schemas</a></h2>
      </nav>
      <main>
        ${tags.map(
          ({ name, description, listed }) =>
            html`<section aria-labelledby="tag-${name}">
              <h2 id="tag-${name}">${name}</h2>
              <p class="soft">${description}</p>
              ${listed.map((one) => renderOperation(api, one))}
            </section>`,
        )}
        <section aria-labelledby="schemas">
          <h2 id="schemas">Schemas</h2>
          ${schemas.map(
            ([name, schema]) =>
              html`<article id="schema-${name}">
                <h3><a href="#schema-${name}">${name}</a></h3>
                ${renderSchema(schema)}
              </article>`,
          )}
        </section>
      </main>
    </div>`;
}

/** Long paths are broken before their parts. */
function breakable(path: string): Html[] {
  return path
    .split("/")
    .map((part, index) => (index === 0 ? html`${part}` : html`<wbr />/${part}`));
}

function renderOperation(api: ApiDocument, { method, path, operation }: Listed): Html {
  const { operationId, summary, description, parameters = [], requestBody, security } = operation;
  const keys = Object.keys(security?.[0] ?? {});
  return html`<article id="${operationId}">
    <h3>
      <span class="method">${method.toUpperCase()}</span><a href="#${operationId}">${path}</a>
    </h3>
    <p>${renderSentences(summary)}</p>
    ${description === undefined ? "" : html`<p>${renderSentences(description)}</p>`}
    ${keys.map(
      (key) =>
        html`<p class="soft">
          Bearer: ${renderSentences(api.components.securitySchemes?.[key]?.description ?? key)}
        </p>`,
    )}
    <pre tabindex="0"><code>${toCurl(api, method, path, operation)}</code></pre>
    ${
      parameters.length === 0
        ? ""
        : html`<h4>Parameters</h4>
            <dl>
              ${parameters.map(
                ({ name, in: place, required, schema }) =>
                  html`<dt>
                      <code>${name}</code>
                      <small>${place}${required === true ? "" : ", optional"}</small>
                    </dt>
                    <dd>${renderDetails(schema)}</dd>`,
              )}
            </dl>`
    }
    ${
      requestBody === undefined
        ? ""
        : html`<h4>Body</h4>
            ${renderContent(requestBody.content)}`
    }
    <h4>Answers</h4>
    <dl>
      ${Object.entries(operation.responses).map(
        ([status, response]) =>
          html`<dt><code>${status}</code> ${renderSentences(response.description)}</dt>
            <dd>${renderContent(response.content ?? {})}</dd>`,
      )}
    </dl>
  </article>`;
}

function renderContent(content: Record<string, ApiMedia>): Html {
  return html`${Object.entries(content).map(([type, media]) => {
    const schema = media["x-itemSchema"] ?? media.schema;
    const codes = Object.keys(media.examples ?? {});
    return html`<div>
      <code>${type}</code>${
        schema === undefined
          ? ""
          : html` <span class="type"
              >${renderType(schema)}${media["x-itemSchema"] ? " …" : ""}</span
            >`
      }${
        codes.length === 0
          ? ""
          : html` <small>code: ${codes.map((code) => html`<code>${code}</code> `)}</small>`
      }
    </div>`;
  })}`;
}
