import type { Dialect } from './dialect.ts';

type Stored = { asked: string; answer: Promise<Response>; isOver: boolean };

/**
 * Answers POSTs that carry an `Idempotency-Key` once: the same key again, also while the first is under way (unless the
 * vendor refuses that), gets the first answer, and another request with it is refused. What failed by a 5xx is done anew.
 * The newest `keysMax` are kept.
 */
export function answerOnce(keysMax: number) {
  const stored = new Map<string, Stored>();
  return async (
    request: Request,
    body: string,
    dialect: Dialect,
    answer: () => Promise<Response>,
  ): Promise<Response> => {
    const key = request.method === 'POST' ? request.headers.get('idempotency-key') : null;
    if (key === null) return answer();
    const scoped = `${dialect.provider} ${key}`;
    const asked = `${new URL(request.url).pathname}\n${body}`;
    const known = stored.get(scoped);
    if (known) {
      const inFlight = known.isOver ? undefined : dialect.inFlight;
      const refusal = known.asked === asked ? inFlight : dialect.fault('idempotency_key_reused');
      if (refusal) return Response.json(refusal.body, { status: refusal.status });
      return (await known.answer).clone();
    }
    const first: Stored = { asked, answer: answer(), isOver: false };
    stored.set(scoped, first);
    const oldest = stored.keys().next().value;
    if (stored.size > keysMax && oldest !== undefined) stored.delete(oldest);
    try {
      const response = await first.answer;
      first.isOver = true;
      if (response.status >= 500) stored.delete(scoped);
      return response.clone();
    } catch (error) {
      stored.delete(scoped);
      throw error;
    }
  };
}
