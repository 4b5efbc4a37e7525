import { ConfigError } from "../config.ts";
import { DeadlineError, UpstreamError } from "../errors.ts";

/** Why a start failed and how to mend it, in one sentence; the error itself where it is none that a user can mend. */
export function describeStartError(error: NodeJS.ErrnoException): unknown {
  if (error.code === "EADDRINUSE")
    return "The port is in use. Set PORT to another one, for example: PORT=8788 npm start";
  if (error.code === "EACCES") return "This port needs more rights. Set PORT to one above 1023.";
  if (error.name === "StoreError" || error.name === "NewerVersionError")
    return `${error.message} (DATA_DIR names the folder.)`;
  if (error instanceof ConfigError) return error.message;
  if (error instanceof UpstreamError && error.service === "cohere") return describeCohere(error);
  if (error instanceof DeadlineError)
    return "The sample documents took too long to store. Start again, or without them: SAMPLES=false npm start";
  return error;
}

/** Only the sample documents are embedded while the process starts. */
function describeCohere({ status }: UpstreamError): string {
  if (status === 401 || status === 403)
    return `Cohere refuses the key (status ${status}). Set COHERE_API_KEY to a valid one, or unset it.`;
  const answer = status === undefined ? "gives no usable answer" : `answers with status ${status}`;
  return `The sample documents could not be embedded: Cohere ${answer}. Start again later, or without them: SAMPLES=false npm start`;
}
