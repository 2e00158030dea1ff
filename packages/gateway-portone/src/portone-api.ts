import { PaymentClient, PaymentError } from '@portone/server-sdk/payment';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import {
  type SignedEvent,
  callGateway,
  callPolicy,
  type CallPolicy,
  GatewayRefusal,
  type GatewayPayment,
} from '@commerce-core/core/gateway';
import { changeEvents, changePagesMax, changesQuery, paymentPage } from './portone-changes.ts';
import { cancelAnswer, portonePayment, type PortonePayment } from './portone-payment.ts';

export type PortoneApiOptions = {
  apiSecret: string;
  storeId: string;
  /** An origin, without a path; PortOne's own unless said. */
  url?: string | undefined;
  policy?: CallPolicy;
};

type Currency = NonNullable<Parameters<ReturnType<typeof PaymentClient>['preRegisterPayment']>[0]['currency']>;
type Cancel = { paymentId: string; reason: string; amount?: number; currentCancellableAmount?: number };

/** The calls of PortOne's API that the adapter makes. Each throws GatewayRefusal for a definite no, Error for all else. */
export function portoneApi({
  apiSecret,
  storeId,
  url = 'https://api.portone.io',
  policy = callPolicy,
}: PortoneApiOptions) {
  const client = PaymentClient({ secret: apiSecret, baseUrl: url, storeId });

  return {
    /** Pins amount and currency: the shopper's browser can't pay another one. */
    async preRegister({ id: paymentId, amount: totalAmount, currency }: GatewayPayment): Promise<void> {
      await ask(() => client.preRegisterPayment({ paymentId, totalAmount, currency: currency as Currency }), policy);
    },

    async find(paymentId: string): Promise<PortonePayment | undefined> {
      try {
        const found = understood(portonePayment, await ask(() => client.getPayment({ paymentId, storeId }), policy));
        if (found.id !== paymentId) throw new Error('PortOne answered of another payment');
        return found;
      } catch (error) {
        if (error instanceof GatewayRefusal && error.code === 'PAYMENT_NOT_FOUND') return undefined;
        throw error;
      }
    },

    /** What its list says has changed since then, the oldest first; some perhaps twice. */
    async changesSince(since: Date): Promise<SignedEvent[]> {
      const events: SignedEvent[] = [];
      for (let number = 0; number < changePagesMax; number += 1) {
        const answer = await ask(() => client.getPayments(changesQuery(since, storeId, number)), policy);
        const { items, page } = understood(paymentPage, answer);
        events.push(...items.flatMap((item) => changeEvents(item, storeId)));
        if (items.length < page.size) return events.toReversed();
      }
      throw new Error(`PortOne's list doesn't end after ${changePagesMax} pages`);
    },

    /** So that it takes no deposit any more. */
    async closeVirtualAccount(paymentId: string): Promise<void> {
      await ask(() => client.closeVirtualAccount({ paymentId, storeId }), policy);
    },

    // Not by PortOne's library: it can't send an Idempotency-Key, which this one call can't do without.
    async cancel({ paymentId, ...rest }: Cancel, idempotencyKey: string) {
      const answer = await callGateway(
        new URL(`/payments/${encodeURIComponent(paymentId)}/cancel`, url).href,
        {
          method: 'POST',
          headers: {
            authorization: `PortOne ${apiSecret}`,
            'content-type': 'application/json',
            'idempotency-key': idempotencyKey,
          },
          body: JSON.stringify({ storeId, ...rest }),
        },
        policy,
      );
      if (answer.status === 200) return understood(cancelAnswer, answer.body).cancellation;
      throw refusalOf(answer.body) ?? new Error(`PortOne answered ${answer.status} ${typeOf(answer.body)}`);
    },
  };
}

/**
 * Calls the library, which has no time-out of its own and says nothing of an answer's HTTP status.
 *
 * A try that is given up isn't aborted: the library (0.19) calls the global `fetch`, and takes neither a signal nor a
 * `fetch` of ours. It ends by Node's own time-out, after 300 s of silence, and the next try may overlap it. The calls that
 * are made so bear that: they ask, register the same amount once more, or close what is then closed already. The one that
 * moves money is made by `callGateway`, which aborts.
 */
async function ask(call: () => Promise<unknown>, { timeoutMs, triesMax }: CallPolicy): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await within(timeoutMs, call());
    } catch (error) {
      const data: unknown = error instanceof PaymentError ? error.data : undefined;
      const refusal = refusalOf(data);
      if (refusal) throw refusal;
      if (configuration.includes(typeOf(data)) || tries >= triesMax) {
        throw new Error(`PortOne gave no usable answer: ${data ? typeOf(data) : nameOf(error)}`);
      }
    }
    await sleep(100 * 2 ** tries * (0.5 + Math.random() / 2));
  }
}

async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`nothing within ${ms} ms`)), ms);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const configuration: readonly string[] = ['UNAUTHORIZED', 'FORBIDDEN'];
// What isn't among them may be a fault of PortOne's or of the payment provider behind it: PG_PROVIDER is both, a no and
// a silence. CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN says that the balance has changed since it was asked for.
const definite = [
  'ALREADY_PAID',
  'INVALID_REQUEST',
  'PAYMENT_NOT_FOUND',
  'PAYMENT_NOT_PAID',
  'PAYMENT_ALREADY_CANCELLED',
  'PAYMENT_NOT_WAITING_FOR_DEPOSIT',
  'CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT',
  'CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT',
  'CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT',
  'SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT',
  'NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT',
  'PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED',
] as const satisfies PaymentError['data']['type'][];

function refusalOf(data: unknown): GatewayRefusal | undefined {
  const type = typeOf(data);
  if (!(definite as readonly string[]).includes(type)) return undefined;
  const { message } = data as { message?: unknown };
  return new GatewayRefusal(type, typeof message === 'string' ? message.slice(0, 500) : type);
}

function typeOf(data: unknown): string {
  const type: unknown = (data as { type?: unknown } | null | undefined)?.type;
  return typeof type === 'string' && /^\w{1,100}$/.test(type) ? type : '';
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : error.message.slice(0, 100);
}

function understood<S extends z.ZodType>(schema: S, answer: unknown): z.output<S> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new Error(`PortOne's answer can't be understood: ${parsed.error.issues[0]?.path.join('.')}`);
}
