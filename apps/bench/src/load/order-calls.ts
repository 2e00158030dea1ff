import { randomUUID } from 'node:crypto';
import type { HttpResponse } from './connection.ts';
import { customerTokens } from './customer-tokens.ts';
import { customers, failingReference, type Job } from './job.ts';
import type { Meter } from './measure.ts';
import { callsOverHttp, type Calls } from './over-http.ts';
import { pickLines, upTo } from './pick.ts';
import { captureOrderCreate, headOf } from './stock-request.ts';

/** Creates calls of `order.create` as the typed client sends it: many customers with a token each, and new keys. */
export async function orderCalls(job: Job & { kind: 'orders' }, meter: Meter): Promise<Calls> {
  const { url, tokenSecret, shape, failShare = 0, shippingOptionId, clients } = job;
  const captured = await captureOrderCreate();
  const { host } = new URL(url);
  const heads = (await customerTokens(tokenSecret)).map((token) =>
    headOf(captured, { host, authorization: `Bearer ${token}` }, ['idempotency-key', 'content-length']),
  );
  const next = () => {
    const fails = Math.random() < failShare;
    const body = JSON.stringify({
      lines: pickLines(shape),
      ...(shippingOptionId !== undefined && { shippingOptionId }),
      ...(fails && { reference: failingReference }),
    });
    return `${heads[upTo(customers)]}idempotency-key: ${randomUUID()}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  };
  return callsOverHttp({ url, count: clients, meter }, next, orderIdOf);
}

const beforeId = '"id":"';

function orderIdOf({ status, body }: HttpResponse): string | undefined {
  const at = body.indexOf(beforeId) + beforeId.length;
  return status === 200 && at > beforeId.length ? body.slice(at, at + 36) : undefined;
}
