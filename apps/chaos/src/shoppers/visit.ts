import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@commerce-core/client';
import { call, readUntilAnswered, type Answer } from '../shop/call.ts';
import type { Order, Payment, World } from '../shop/world.ts';

/** One shopper with one order. `name` begins every key of the shopper's decisions and calls. */
export type Visit = {
  world: World;
  name: string;
  customer: Client;
  order: Order;
  attempts: number;
  /** Whether a return pays for the order. Its goods aren't exchanged once more. */
  isExchange: boolean;
  /** Pays for the order in some way, and continues afterwards as shoppers do. */
  goOn: (visit: Visit) => Promise<void>;
  /** Takes work that goes on while the next shopper starts. */
  later: (work: Promise<void>) => void;
};

/** An attempt to pay, with its number among the order's attempts. */
export type Attempt = { payment: Payment; number: number };

const pollMs = 300;

/** Reads the order until `isSo` is true or `ms` have passed. Returns the order as it was read last. */
export async function waitUntil(visit: Visit, isSo: (order: Order) => boolean, ms: number): Promise<Order> {
  const giveUpAt = performance.now() + ms;
  for (;;) {
    const order = await readOrder(visit);
    if (isSo(order) || performance.now() > giveUpAt) return order;
    await sleep(pollMs);
  }
}

const readOrder = ({ customer, order }: Visit): Promise<Order> =>
  readUntilAnswered(() => customer.order.get.query({ orderId: order.id }));

/**
 * Begins an attempt at a random provider. Sometimes it sends two calls at once, of which only one may succeed.
 * @returns undefined when the shopper can't pay by the attempt
 */
export async function beginAttempt(visit: Visit): Promise<Attempt | undefined> {
  const {
    world: { chance, ledger, providers },
    customer,
    order,
  } = visit;
  const number = (visit.attempts += 1);
  const key = `${visit.name} pay ${number}`;
  const provider = chance.oneOf(`${key} provider`, providers);
  const input = {
    orderId: order.id,
    provider: provider.name,
    capture: chance.oneOf(`${key} capture`, provider.captures),
  };
  const begin = (suffix: string): Promise<Answer<Payment>> =>
    call(ledger, 'payment.create', customer.payment.create, input, key + suffix);
  const answers = await Promise.all(chance.whether(`${key} twice`, 0.1) ? [begin(''), begin(' again')] : [begin('')]);
  // Without a next step the shopper has nothing to pay with: the order expired or was canceled during the call.
  const begun = answers.find((answer) => answer.ok && answer.value.next !== null);
  return begun?.ok ? { payment: begun.value, number } : undefined;
}

/** What the shopper does at the gateway. ACCOUNT requests a virtual account. */
type Action = 'PAYS' | 'FAILS' | 'ACCOUNT';

/** Does something at the gateway's page, and confirms the payment where that is needed. Returns false when refused. */
export async function actAtGateway(
  visit: Visit,
  { payment, number }: Attempt,
  action: Action,
  payableMs?: number,
): Promise<boolean> {
  const {
    world: { gateway, ledger, providers },
    customer,
  } = visit;
  const { id: paymentId, provider, amount, currency, capture } = payment;
  const paying = capture === 'AUTOMATIC' ? 'CAPTURED' : 'AUTHORIZED';
  const outcome = action === 'PAYS' ? paying : action === 'FAILS' ? 'FAILED' : 'PENDING';
  const luck = `${visit.name} ${number}`;
  const done = await gateway.pay({
    provider,
    paymentId,
    amount,
    currency,
    outcome,
    luck,
    ...(payableMs && { payableMs }),
  });
  if (!done) return false;
  const confirms = providers.some(({ name, confirms }) => name === provider && confirms);
  if (confirms && action !== 'FAILS' && done.state === 'CREATED') {
    const input = { paymentId, token: done.gatewayPaymentId };
    await call(ledger, 'payment.confirm', customer.payment.confirm, input, `${visit.name} confirm ${number}`);
  }
  return true;
}

/** Cancels the order. May be called once per visit. */
export async function cancel({ world: { ledger }, customer, order, name }: Visit): Promise<Answer<Order>> {
  return call(ledger, 'order.cancel', customer.order.cancel, { orderId: order.id }, `${name} cancel`);
}
