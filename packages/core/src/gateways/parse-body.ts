/** The JSON in a webhook's body; undefined when there is none, or when its bytes are no UTF-8. */
export function parseBody(rawBody: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody));
  } catch {
    return undefined;
  }
}
