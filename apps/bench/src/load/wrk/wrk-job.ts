import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { currency, priceAmount, waitingAmount } from '../../setup/ids.ts';
import { scratchFolder } from '../../setup/scratch.ts';
import { customerTokens } from '../customer-tokens.ts';
import { failingReference, quantityMax, type Job, type Shape } from '../job.ts';
import { webhookHead, webhookKey } from '../signed-webhook.ts';
import { captureOrderCreate, capturePaymentCreate, headOf, type StockRequest } from '../stock-request.ts';

/** A job that wrk can run. */
export type WrkJob = Job & { kind: 'orders' | 'webhooks' | 'flow' };

/** Whether wrk can run a job: it sends what goes over HTTP, flows in a closed loop only. */
export const isWrkJob = (job: Job): job is WrkJob =>
  job.kind === 'orders' || job.kind === 'webhooks' || (job.kind === 'flow' && job.rate === undefined);

/** Returns the environment variables that tell the scripts what to send. */
export async function environmentOf(job: WrkJob): Promise<Record<string, string>> {
  switch (job.kind) {
    case 'orders':
      return {
        LOAD_CALLS: 'orders',
        ...(await customersOf(job)),
        LOAD_FAIL_SHARE: String(job.failShare ?? 0),
        LOAD_FAILING_REFERENCE: failingReference,
        LOAD_SHIPPING_OPTION: job.shippingOptionId ?? '',
      };
    case 'webhooks':
      return {
        LOAD_CALLS: 'webhooks',
        ...gatewayOf(job.url, job.secret),
        LOAD_FROM: String(job.from),
        LOAD_TO: String(job.to),
        LOAD_WAITING_AMOUNT: String(waitingAmount),
      };
    case 'flow':
      return {
        LOAD_CALLS: 'flow',
        ...(await customersOf(job)),
        ...gatewayOf(job.url, job.webhookSecret),
        LOAD_PAYMENT_HEAD: customerHead(job.url, await capturePaymentCreate()),
        LOAD_PRICE_AMOUNT: String(priceAmount),
      };
  }
}

type OfCustomers = { url: string; tokenSecret: string; shape: Shape };

const customersOf = async ({ url, tokenSecret, shape: { products, lines } }: OfCustomers) => ({
  LOAD_TOKENS: await tokenFile(tokenSecret),
  LOAD_ORDER_HEAD: customerHead(url, await captureOrderCreate()),
  LOAD_PRODUCTS: String(products),
  LOAD_LINES: String(lines),
  LOAD_QUANTITY_MAX: String(quantityMax),
});

const customerHead = (url: string, captured: StockRequest): string =>
  headOf(captured, { host: new URL(url).host }, ['authorization', 'idempotency-key', 'content-length']);

const gatewayOf = (url: string, secret: string) => ({
  LOAD_WEBHOOK_HEAD: webhookHead(url),
  LOAD_WEBHOOK_KEY: webhookKey(secret).toString('hex'),
  LOAD_CURRENCY: currency,
});

const files = new Map<string, string>();

/** Returns a file with the customers' tokens, a line each. It is written once for a secret. */
async function tokenFile(secret: string): Promise<string> {
  const written = files.get(secret);
  if (written !== undefined) return written;
  const file = join(scratchFolder('tokens'), 'tokens');
  writeFileSync(file, (await customerTokens(secret)).join('\n'));
  files.set(secret, file);
  return file;
}
