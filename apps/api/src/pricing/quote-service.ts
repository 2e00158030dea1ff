import { randomUUID } from 'node:crypto';
import { CommerceError, parseQuote, type QuotedOrder, type QuoteLine, type QuoteService } from '@commerce-core/core';
import { parseSecret, signStandardWebhook } from '@commerce-core/core/gateway';

export type QuoteServiceOptions = {
  url: string;
  /** `whsec_…`: signs the requests by Standard Webhooks. */
  secret: string;
  /** Told why the service could not be asked, for the log. */
  onFault: (error: unknown) => void;
  /** How long one request may take. */
  timeoutMs?: number;
};

const attemptsMax = 2;
const bodyMax = 256 * 1_024;
const reasonMax = 500;

/**
 * The shop's own pricing service. Each order is a signed POST with its lines; the service answers 200 with `{ "lines":
 * [{ "kind", "name", "quantity", "unitAmount", "appliesTo" }] }`, or 422 with `{ "reason" }` to refuse the order. A
 * request that fails otherwise is sent once more, with the same `webhook-id`.
 */
export function createQuoteService({ url, secret, onFault, timeoutMs = 2_000 }: QuoteServiceOptions): QuoteService {
  const key = parseSecret(secret);

  async function ask(id: string, order: QuotedOrder): Promise<QuoteLine[]> {
    const body = bodyOf(order);
    const timestamp = Math.floor(Date.now() / 1_000);
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signStandardWebhook(key, { id, timestamp, body }) },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer: unknown = JSON.parse(await readBody(response));
    if (response.status === 422) throw refusal(answer);
    if (response.status !== 200) throw new Error(`the quote service answered ${response.status}`);
    return parseQuote(isRecord(answer) ? answer['lines'] : undefined, order.lines);
  }

  return async (order) => {
    const id = `quote_${randomUUID()}`;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await ask(id, order);
      } catch (error) {
        if (error instanceof CommerceError) throw error;
        onFault(error);
        if (attempt === attemptsMax)
          throw new CommerceError('quote_unavailable', 'the price can not be determined now');
      }
    }
  };
}

const bodyOf = ({ customerId, currency, lines, shippingAddress, metadata }: QuotedOrder): string =>
  JSON.stringify({
    customerId,
    currency,
    lines: lines.map(({ lineNo, kind, productId, sku, name, quantity, unitAmount, amount }) => ({
      lineNo,
      kind,
      productId,
      sku,
      name,
      quantity,
      unitAmount,
      amount,
    })),
    shippingAddress,
    metadata,
  });

async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > bodyMax) throw new Error(`the quote service answered more than ${bodyMax} bytes`);
  }
  return new TextDecoder('utf8', { fatal: true }).decode(Buffer.concat(chunks));
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function refusal(answer: unknown): Error {
  const reason = isRecord(answer) ? answer['reason'] : undefined;
  if (typeof reason === 'string' && reason.length >= 1 && reason.length <= reasonMax)
    return new CommerceError('quote_refused', 'the shop does not price this order', { reason });
  return new Error('the quote service answered 422 without a reason of 1 to 500 characters');
}
