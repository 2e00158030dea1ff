import type { RunningShop } from '../setup/shop.ts';
import type { State } from './state.ts';
import type { Finding } from './finding.ts';
import { present } from '../present.ts';

/** A kind of work that is not finished, and how much of it there is. */
export type Pending = { what: string; count: number };

/** SQL: the message is about a payment that neither book has. It can never be applied. */
const ofUnknownPayment = `not exists (select from commerce.payments p where p.provider = g.provider
  and (p.id = g.payment_id or p.gateway_payment_id = g.gateway_payment_id))`;

const waiting: Record<string, string> = {
  'unpaid orders':
    "select count(*) from commerce.orders where status in ('CREATED', 'PAYMENT_PENDING', 'PAYMENT_FAILED')",
  'live attempts': "select count(*) from commerce.payments where status in ('CREATED', 'PENDING', 'REVIEW')",
  'open refunds': "select count(*) from commerce.refunds where status in ('REQUESTED', 'SUBMITTED', 'UNKNOWN')",
  'calls to gateways': "select count(*) from commerce.gateway_calls where status = 'DUE'",
  'messages from gateways': 'select count(*) from commerce.gateway_events where due_at is not null',
};

/** Reads the work that is not finished; empty when the shop is idle. */
export async function readPending({ database }: Pick<RunningShop, 'database'>): Promise<Pending[]> {
  const all = await Promise.all(
    Object.entries(waiting).map(async ([what, text]) => ({
      what,
      count: present((await database.query<{ count: number }>(text))[0]).count,
    })),
  );
  return all.filter(({ count }) => count > 0);
}

/** Makes messages about unknown payments due now, so that the run does not wait 20 minutes for their last retry. */
export async function hurryUnknownPayments({ database }: Pick<RunningShop, 'database'>): Promise<void> {
  await database.query(
    `update commerce.gateway_events g set due_at = now() where outcome = 'UNMATCHED' and due_at > now() and ${ofUnknownPayment}`,
  );
}

/** Reads the ids of messages about known payments that wait for a retry; an operator may redrive them. */
export async function readWaitingMessages({ database }: Pick<RunningShop, 'database'>): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `select id from commerce.gateway_events g where due_at is not null and not (${ofUnknownPayment})`,
  );
  return rows.map(({ id }) => id);
}

/** Checks that nothing is pending, and that only messages about unknown payments are parked. */
export async function checkIdle(shop: RunningShop, { orders }: State): Promise<Finding[]> {
  const pending = await readPending(shop);
  const parked = await shop.database.query<{ id: string; type: string; provider: string; paymentId: string }>(`
    select id, type, provider, payment_id as "paymentId" from commerce.gateway_events g where outcome = 'PARKED' and not (${ofUnknownPayment})`);
  const unfinished = [...orders.values()].filter(({ status }) => !['PAID', 'CANCELED', 'EXPIRED'].includes(status));
  return [
    ...pending.map(({ what, count }) => ({ check: 'idle', what: `${count} ${what} are pending` })),
    ...unfinished.slice(0, 10).map(({ id, status }) => ({ check: 'idle', what: `order ${id} is still ${status}` })),
    ...parked.map(({ id, type, provider, paymentId }) => ({
      check: 'idle',
      what: `message ${id} (${provider} ${type} of ${paymentId}) was parked`,
    })),
  ];
}
