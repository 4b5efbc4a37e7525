// A site of somebody else: pages with their scripts, on an origin that is not the server's.
import { build, type Plugin } from "esbuild";
import { type LoopbackServer, startLoopbackServer } from "../support/loopback-server.ts";
import { ROOT } from "../node/tributary.ts";

export interface Site extends LoopbackServer {
  /** Puts a page at a path of its own and gives its address. At every other path is an empty one. */
  addPage(html: string): string;
}

export async function startSite(): Promise<Site> {
  const pages: string[] = [];
  const server = await startLoopbackServer(async (request, _body, response) => {
    const html = pages[Number(request.url?.slice(1))] ?? "<!doctype html>";
    response.writeHead(200, { "content-type": "text/html" }).end(html);
  });
  return {
    ...server,
    addPage: (html) => `${server.url}/${pages.push(html) - 1}`,
  };
}

/** A page whose only script is this entry with everything it imports; `modules` are imports by name and their TSX. */
export async function bundlePage(entry: string, modules: Record<string, string>): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: entry, loader: "tsx", resolveDir: ROOT },
    bundle: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [virtualModules(modules)],
    write: false,
  });
  const script = outputFiles[0]!.text.replaceAll("</script", "<\\/script");
  return `<!doctype html><meta charset="utf-8"><body><script type="module">${script}</script>`;
}

function virtualModules(modules: Record<string, string>): Plugin {
  return {
    name: "virtual modules",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /./ }, ({ path }) =>
        path in modules ? { path, namespace: "virtual" } : undefined,
      );
      onLoad({ filter: /./, namespace: "virtual" }, ({ path }) => ({
        contents: modules[path]!,
        loader: "tsx",
        resolveDir: ROOT,
      }));
    },
  };
}
