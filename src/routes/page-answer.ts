import { html } from "hono/html";
import type { JsonAnswer } from "../chat/wire.ts";
import { detectLanguage } from "../text/language.ts";
import { renderAnswerText } from "./answer-html.ts";
import type { Html } from "./layout.ts";
import type { PageTexts } from "./page-texts.ts";

/** A whole answer with its sources, for a page without script. */
export function renderAnswer(question: string, answer: JsonAnswer, texts: PageTexts): Html {
  const { answer: text, answered, sources, retrieval } = answer;
  const numbers = new Set(sources.map(({ n }) => n));
  return html`<article class="turn">
    <h3 class="question" dir="auto">${question}</h3>
    ${answered ? "" : html`<p class="note">${texts.absent}</p>`}
    <div class="answer" ${renderLanguage(text)}>${renderAnswerText(text, numbers)}</div>
    ${sources.length === 0 ? "" : renderSources(sources, answered ? texts.sources : texts.nearest)}
    ${retrieval.degraded ? html`<p class="note warn">${texts.degraded}</p>` : ""}
    ${renderCollections(retrieval.collections, texts)}
  </article>`;
}

function renderLanguage(text: string): Html {
  const language = detectLanguage(text);
  return language === undefined ? html`` : html`lang="${language}"`;
}

function renderSources(sources: JsonAnswer["sources"], title: string): Html {
  const items = sources.map(({ n, title, heading, url, collection, snippet }) => {
    const path = heading.filter((part) => part !== title).map((part) => ` › ${part}`);
    return html`<li id="s${n}">
      <span class="soft">${n}</span>
      <span dir="auto"><a href="${url}" rel="noopener noreferrer">${title}</a>${path}</span>
      <details>
        <summary>${collection}</summary>
        <blockquote dir="auto">${snippet}</blockquote>
      </details>
    </li>`;
  });
  return html`<h4>${title}</h4>
    <ol class="sources">
      ${items}
    </ol>`;
}

function renderCollections(
  collections: JsonAnswer["retrieval"]["collections"],
  texts: PageTexts,
): Html {
  const rows = collections.map(
    ({ name, status, hits }) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td>${texts[status]}</td>
        <td class="number">${hits}</td>
      </tr>`,
  );
  return html`<table class="collections">
    <caption>
      ${texts.answered}
    </caption>
    <thead>
      <tr>
        <th scope="col">${texts.collection}</th>
        <th scope="col">${texts.status}</th>
        <th scope="col" class="number">${texts.hits}</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}
