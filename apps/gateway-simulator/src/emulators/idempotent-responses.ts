import type { StoredResponse } from '../journal/journal.ts';
import type { Emulator } from './emulator.ts';

export type IdempotencyOptions = {
  keysMax: number;
  known: readonly StoredResponse[];
  onStore: (response: StoredResponse) => void;
};

type Stored = { content: string; response: Promise<Response>; isDone: boolean };

/**
 * Creates a store of responses to POSTs that carry an `Idempotency-Key`. A repeated request gets the first response;
 * while the first one still runs, it waits for that response or gets the vendor's `keyInUseResponse`. A different
 * request with the same key gets `idempotency_key_reused`. A 5xx response is not stored, so a repetition runs again.
 *
 * @param options `keysMax`: how many keys are kept; the oldest are forgotten first. `known`: the responses of an
 * earlier start. `onStore` is called with each response that is stored.
 * @returns a function that runs `respond`, or returns the stored response to the same request
 */
export function idempotentResponses({ keysMax, known: restored, onStore }: IdempotencyOptions) {
  const stored = new Map<string, Stored>();
  for (const { key, content, status, contentType, body } of restored) {
    const response = new Response(body, { status, headers: { 'content-type': contentType } });
    stored.set(key, { content, response: Promise.resolve(response), isDone: true });
  }
  return async (
    request: Request,
    body: string,
    emulator: Emulator,
    respond: () => Promise<Response>,
  ): Promise<Response> => {
    const key = request.method === 'POST' ? request.headers.get('idempotency-key') : null;
    if (key === null) return respond();
    const providerKey = `${emulator.provider} ${key}`;
    const content = `${new URL(request.url).pathname}\n${body}`;
    const known = stored.get(providerKey);
    if (known) return repeat(known, content, emulator);
    const first: Stored = { content, response: respond(), isDone: false };
    stored.set(providerKey, first);
    const oldest = stored.keys().next().value;
    if (stored.size > keysMax && oldest !== undefined) stored.delete(oldest);
    try {
      const response = await first.response;
      first.isDone = true;
      if (response.status >= 500) stored.delete(providerKey);
      else {
        const contentType = response.headers.get('content-type') ?? 'application/json';
        const text = await response.clone().text();
        onStore({ key: providerKey, content, status: response.status, contentType, body: text });
      }
      return response.clone();
    } catch (error) {
      stored.delete(providerKey);
      throw error;
    }
  };
}

async function repeat(first: Stored, content: string, emulator: Emulator): Promise<Response> {
  const inUse = first.isDone ? undefined : emulator.keyInUseResponse;
  const error = first.content === content ? inUse : emulator.errorResponse('idempotency_key_reused');
  if (error) return Response.json(error.body, { status: error.status });
  return (await first.response).clone();
}
