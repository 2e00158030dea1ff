import type { RunningShop } from '../setup/shop.ts';
import type { State } from './state.ts';
import type { Finding } from './finding.ts';

export type Unsettled = { what: string; count: number };

/** A message about a payment that is in no book: nobody will ever know it. */
const ofNobody = `not exists (select from commerce.payments p where p.provider = g.provider
  and (p.id = g.payment_id or p.gateway_payment_id = g.gateway_payment_id))`;

const waiting: Record<string, string> = {
  'orders that wait for money':
    "select count(*) from commerce.orders where status in ('CREATED', 'PAYMENT_PENDING', 'PAYMENT_FAILED')",
  'attempts that are live': "select count(*) from commerce.payments where status in ('CREATED', 'PENDING', 'REVIEW')",
  'refunds on their way': "select count(*) from commerce.refunds where status in ('REQUESTED', 'SUBMITTED', 'UNKNOWN')",
  'calls to gateways': "select count(*) from commerce.gateway_calls where status = 'DUE'",
  'messages of gateways': 'select count(*) from commerce.gateway_events where due_at is not null',
};

/** What is still to come; nothing when all has drained. */
export async function readUnsettled({ database }: Pick<RunningShop, 'database'>): Promise<Unsettled[]> {
  const all = await Promise.all(
    Object.entries(waiting).map(async ([what, text]) => ({
      what,
      count: (await database.query<{ count: number }>(text))[0]!.count,
    })),
  );
  return all.filter(({ count }) => count > 0);
}

/** Messages about nobody's payment needn't wait out their twenty minutes: their next try is due now. */
export async function hurryOfNobody({ database }: Pick<RunningShop, 'database'>): Promise<void> {
  await database.query(
    `update commerce.gateway_events g set due_at = now() where outcome = 'UNMATCHED' and due_at > now() and ${ofNobody}`,
  );
}

/** Messages that wait for something else to be known first: an operator may have them tried again. */
export async function readEarly({ database }: Pick<RunningShop, 'database'>): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `select id from commerce.gateway_events g where due_at is not null and not (${ofNobody})`,
  );
  return rows.map(({ id }) => id);
}

/** Nobody waits for anything any more, and nothing was given up but what is about nobody. */
export async function checkSettled(shop: RunningShop, { orders }: State): Promise<Finding[]> {
  const unsettled = await readUnsettled(shop);
  const parked = await shop.database.query<{ id: string; type: string; provider: string; paymentId: string }>(`
    select id, type, provider, payment_id as "paymentId" from commerce.gateway_events g where outcome = 'PARKED' and not (${ofNobody})`);
  const stuck = [...orders.values()].filter(({ status }) => !['PAID', 'CANCELED', 'EXPIRED'].includes(status));
  return [
    ...unsettled.map(({ what, count }) => ({ check: 'drained', what: `${count} ${what} are left` })),
    ...stuck.slice(0, 10).map(({ id, status }) => ({ check: 'drained', what: `order ${id} is stuck in ${status}` })),
    ...parked.map(({ id, type, provider, paymentId }) => ({
      check: 'drained',
      what: `message ${id} (${provider} ${type} of ${paymentId}) was parked`,
    })),
  ];
}
