import { PaymentClient } from '@portone/server-sdk/payment';
import {
  type SignedEvent,
  callGateway,
  callPolicy,
  type CallPolicy,
  GatewayRefusal,
  type GatewayPayment,
} from '@commerce-core/core/gateway';
import { errorTypeOf, readAnswer, refusalOf } from './answers.ts';
import { changeEvents, changePagesMax, changesQuery, paymentPage } from './changes.ts';
import { callLibrary } from './library-call.ts';
import { cancelAnswer, portonePayment, type Cancellation, type PortonePayment } from './payment.ts';

export type PortoneApiOptions = {
  /** The API secret of PortOne V2. */
  apiSecret: string;
  storeId: string;
  /** An origin without a path; defaults to `https://api.portone.io`. */
  url?: string | undefined;
  policy?: CallPolicy;
};

type Client = ReturnType<typeof PaymentClient>;
type Currency = NonNullable<Parameters<Client['preRegisterPayment']>[0]['currency']>;
type CancelRequest = { paymentId: string; reason: string; amount?: number; currentCancellableAmount?: number };
type Settings = { client: Client; storeId: string; policy: CallPolicy };

/**
 * The calls of PortOne's API that the adapter makes. Each throws GatewayRefusal for a definite no, and Error for every
 * other failure. https://developers.portone.io/api/rest-v2
 */
export function portoneApi(options: PortoneApiOptions) {
  const { apiSecret, storeId, url = 'https://api.portone.io', policy = callPolicy } = options;
  const client = PaymentClient({ secret: apiSecret, baseUrl: url, storeId });
  const settings = { client, storeId, policy };
  return {
    /** Fixes the amount and the currency, so that the shopper's browser can't pay another amount. */
    async preRegister({ id: paymentId, amount: totalAmount, currency }: GatewayPayment): Promise<void> {
      // The library lists the currencies that PortOne takes; PortOne refuses another one.
      await callLibrary(
        () => client.preRegisterPayment({ paymentId, totalAmount, currency: currency as Currency }),
        policy,
      );
    },

    /** Returns PortOne's view of our payment; undefined when PortOne doesn't know it. */
    find: (paymentId: string): Promise<PortonePayment | undefined> => findPayment(settings, paymentId),

    /** Returns the payments that changed since `since`, the oldest change first; some may occur twice. */
    changesSince: (since: Date): Promise<SignedEvent[]> => listChanges(settings, since),

    /** Closes a virtual account, so that it takes no deposit any more. */
    async closeVirtualAccount(paymentId: string): Promise<void> {
      await callLibrary(() => client.closeVirtualAccount({ paymentId, storeId }), policy);
    },

    /**
     * Cancels a payment, in part when `amount` is given. Doesn't use PortOne's library, which can't send an
     * Idempotency-Key.
     */
    async cancel({ paymentId, ...rest }: CancelRequest, idempotencyKey: string): Promise<Cancellation> {
      const headers = {
        authorization: `PortOne ${apiSecret}`,
        'content-type': 'application/json',
        'idempotency-key': idempotencyKey,
      };
      const address = new URL(`/payments/${encodeURIComponent(paymentId)}/cancel`, url).href;
      const init = { method: 'POST', headers, body: JSON.stringify({ storeId, ...rest }) };
      const { status, body } = await callGateway(address, init, policy);
      if (status === 200) return readAnswer(cancelAnswer, body).cancellation;
      throw refusalOf(body) ?? new Error(`PortOne answered ${status} ${errorTypeOf(body)}`);
    },
  };
}
export type PortoneApi = ReturnType<typeof portoneApi>;

async function findPayment(
  { client, storeId, policy }: Settings,
  paymentId: string,
): Promise<PortonePayment | undefined> {
  try {
    const answer = await callLibrary(() => client.getPayment({ paymentId, storeId }), policy);
    const found = readAnswer(portonePayment, answer);
    if (found.id !== paymentId) throw new Error('PortOne answered of another payment');
    return found;
  } catch (error) {
    if (error instanceof GatewayRefusal && error.code === 'PAYMENT_NOT_FOUND') return undefined;
    throw error;
  }
}

async function listChanges({ client, storeId, policy }: Settings, since: Date): Promise<SignedEvent[]> {
  const events: SignedEvent[] = [];
  for (let number = 0; number < changePagesMax; number += 1) {
    const answer = await callLibrary(() => client.getPayments(changesQuery(since, storeId, number)), policy);
    const { items, page } = readAnswer(paymentPage, answer);
    events.push(...items.flatMap((item) => changeEvents(item, storeId)));
    if (items.length < page.size) return events.toReversed();
  }
  throw new Error(`PortOne's list doesn't end after ${changePagesMax} pages`);
}
