/** Returns the JSON in a webhook's body; undefined when the body isn't JSON, or isn't valid UTF-8. */
export function parseBody(rawBody: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody));
  } catch {
    return undefined;
  }
}
