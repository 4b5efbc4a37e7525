/* What zod's messages in fifty languages are replaced with in a Worker's bundle (wrangler.toml): ours are English. */
export { default as en } from "zod/v4/locales/en.js";
