import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { refusalOf } from './refusal.ts';
import { note } from './trace.ts';
import type { AppEnv } from './app-env.ts';

/** `{ error: { code, message, details? } }`, the errors of everything that isn't tRPC. */
export function answerRefusal(c: Context<AppEnv>, thrown: unknown, status?: 503): Response {
  const refusal = refusalOf(thrown);
  const answered = status ?? refusal.status;
  note(c.get('trace'), { ...refusal, status: answered }, thrown);
  const {
    body: { code, details },
    message,
  } = refusal;
  return c.json({ error: { code, message, details } }, answered as ContentfulStatusCode);
}
