import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@commerce-core/api/client';
import { call, type Answer } from '../shop/call.ts';
import type { Order, Payment, World } from '../shop/world.ts';

/** One shopper with one order. `name` begins every key that is drawn or sent for them. */
export type Visit = { world: World; name: string; customer: Client; order: Order; attempts: number };

/** An attempt to pay, by its number among the order's. */
export type Attempt = { payment: Payment; number: number };

const pollMs = 300;

/** Asks for the order until it is so, or too long has passed; answers it as it was seen last. */
export async function waitUntil(visit: Visit, isSo: (order: Order) => boolean, ms: number): Promise<Order> {
  const giveUpAt = performance.now() + ms;
  for (;;) {
    const order = await look(visit);
    if (isSo(order) || performance.now() > giveUpAt) return order;
    await sleep(pollMs);
  }
}

/** The order as it is now. Questions have no key: they are asked again until there is an answer. */
export async function look({ customer, order }: Visit): Promise<Order> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await customer.order.get.query({ orderId: order.id });
    } catch (error) {
      if (tries === 10) throw error;
      await sleep(pollMs);
    }
  }
}

/** Begins an attempt at a provider by chance, sometimes twice at once: then only one of the two may succeed. */
export async function attempt(visit: Visit): Promise<Attempt | undefined> {
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
  const begun = answers.find((answer) => answer.ok);
  return begun && { payment: begun.value, number };
}

/** What the shopper does at the gateway. ACCOUNT: asks for a virtual account. */
type Deed = 'PAYS' | 'FAILS' | 'ACCOUNT';

/** Answers whether the gateway let them. */
export async function atGateway(
  visit: Visit,
  { payment, number }: Attempt,
  deed: Deed,
  payableMs?: number,
): Promise<boolean> {
  const {
    world: { gateway, ledger, providers },
    customer,
  } = visit;
  const { id: paymentId, provider, amount, currency, capture } = payment;
  const paying = capture === 'MANUAL' ? 'AUTHORIZED' : 'CAPTURED';
  const outcome = deed === 'PAYS' ? paying : deed === 'FAILS' ? 'FAILED' : 'PENDING';
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
  if (confirms && deed !== 'FAILS' && done.state === 'CREATED') {
    const input = { paymentId, token: done.gatewayPaymentId };
    await call(ledger, 'payment.confirm', customer.payment.confirm, input, `${visit.name} confirm ${number}`);
  }
  return true;
}

/** Cancels the order, once. */
export async function cancel({ world: { ledger }, customer, order, name }: Visit): Promise<Answer<Order>> {
  return call(ledger, 'order.cancel', customer.order.cancel, { orderId: order.id }, `${name} cancel`);
}
