import { html } from "hono/html";
import type { ApiSchema } from "./api-document.ts";
import type { Html } from "./layout.ts";

/** Sentences in which `code` stands between backticks. */
export function renderSentences(text: string): Html[] {
  return text
    .split("`")
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}

/** A schema in a line, such as `Source[]`, with links to what has a name. */
export function renderType(schema: ApiSchema): Html {
  const { $ref, oneOf, anyOf, allOf, items, additionalProperties } = schema;
  if ($ref !== undefined) {
    const name = $ref.slice($ref.lastIndexOf("/") + 1);
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  const options = oneOf ?? anyOf ?? allOf;
  if (options !== undefined) return join(options.map(renderType));
  if (schema.enum !== undefined)
    return join(schema.enum.map((value) => html`<code>${JSON.stringify(value)}</code>`));
  if (items !== undefined)
    return isUnion(items) ? html`(${renderType(items)})[]` : html`${renderType(items)}[]`;
  if (typeof additionalProperties === "object" && Object.keys(additionalProperties).length > 0)
    return html`{ [name]: ${renderType(additionalProperties)} }`;
  return html`${[schema.type ?? "any"].flat().join(" | ")}`;
}

/** A named schema: its fields, or what it is one of. */
export function renderSchema(schema: ApiSchema): Html {
  const fields = renderFields(schema);
  return html`${
    schema.description === undefined ? "" : html`<p>${renderSentences(schema.description)}</p>`
  }${fields ?? html`<p>${renderType(schema)}</p>`}`;
}

/** The fields of an object, those of objects in it below them. */
function renderFields({ properties, required = [] }: ApiSchema): Html | undefined {
  if (properties === undefined || Object.keys(properties).length === 0) return undefined;
  return html`<dl>
    ${Object.entries(properties).map(
      ([name, schema]) =>
        html`<dt>
            <code>${name}</code>${required.includes(name) ? "" : html` <small>optional</small>`}
          </dt>
          <dd>${renderDetails(schema)}</dd>`,
    )}
  </dl>`;
}

/** Everything that is said of a field or of a parameter. */
export function renderDetails(schema: ApiSchema): Html {
  const { description, example } = schema;
  const limits = describeLimits(schema);
  return html`<span class="type">${renderType(schema)}</span>${
      limits === "" ? "" : html` <small>${limits}</small>`
    }${description === undefined ? "" : html`<br />${renderSentences(description)}`}${
      example === undefined
        ? ""
        : html`<br /><small>Example: <code>${JSON.stringify(example)}</code></small>`
    }${renderFields(schema) ?? renderFields(schema.items ?? {}) ?? ""}`;
}

const LIMITS: [keyword: string, say: (value: unknown) => string][] = [
  ["minLength", (value) => `at least ${value} characters`],
  ["maxLength", (value) => `at most ${value} characters`],
  ["minimum", (value) => `from ${value}`],
  ["maximum", (value) => `to ${value}`],
  ["minItems", (value) => `at least ${value}`],
  ["maxItems", (value) => `at most ${value}`],
  ["pattern", (value) => `matches ${value}`],
  ["format", (value) => `${value}`],
];

function describeLimits(schema: ApiSchema): string {
  return LIMITS.flatMap(([keyword, say]) =>
    schema[keyword] === undefined ? [] : [say(schema[keyword])],
  ).join(", ");
}

const isUnion = ({ oneOf, anyOf, enum: values }: ApiSchema): boolean =>
  (oneOf ?? anyOf ?? values ?? []).length > 1;

function join(parts: Html[]): Html {
  return html`${parts.map((part, index) => html`${index === 0 ? "" : " | "}${part}`)}`;
}
