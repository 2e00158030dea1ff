import type { RunningShop } from '../setup/shop.ts';
import type { Finding } from './finding.ts';
import { ofUnknownPayment } from './pending.ts';
import type { Pending } from './unfinished.ts';
import type { State } from './state.ts';

/** Checks that nothing was left to do after the run, that only messages about unknown payments are parked,
 * and that what has left is captured where the dispatch captures. */
export async function checkIdle(
  shop: Pick<RunningShop, 'database'>,
  { orders }: Pick<State, 'orders'>,
  left: readonly Pending[],
): Promise<Finding[]> {
  const parked = await shop.database.query<{ id: string; type: string; provider: string; paymentId: string }>(`
    select id, type, provider, payment_id as "paymentId" from commerce.gateway_events g
      where outcome = 'PARKED' and not (${ofUnknownPayment})`);
  const ofCarriers = await shop.database.query<{ id: string; outcome: string; reports: unknown }>(
    "select id, outcome, reports from commerce.tracking_messages where outcome not in ('APPLIED', 'UNMATCHED')",
  );
  const uncaptured = await shop.database.query<{ id: string; orderId: string }>(`
    select p.id, p.order_id as "orderId" from commerce.payments p join commerce.orders o on o.id = p.order_id
    where p.capture = 'DISPATCH' and p.status = 'AUTHORIZED' and not p.surplus
      and p.authorized_amount > p.released_amount
      and o.fulfillment_status <> 'UNFULFILLED' and not coalesce(o.attention_reasons ? 'capture_failed', false)`);
  const unfinished = [...orders.values()].filter(({ status }) => !['PAID', 'CANCELED', 'EXPIRED'].includes(status));
  return [
    ...left.map(({ what, count, examples }) => ({
      check: 'idle',
      what: [`${count} ${what} are left`, ...examples].join('; '),
    })),
    ...unfinished.slice(0, 10).map(({ id, status }) => ({ check: 'idle', what: `order ${id} is still ${status}` })),
    ...ofCarriers.map(({ id, outcome, reports }) => ({
      check: 'idle',
      what: `the carrier's message ${id} is ${outcome}: ${JSON.stringify(reports)}`,
    })),
    ...uncaptured.map(({ id, orderId }) => ({
      check: 'idle',
      what: `payment ${id} was not captured, and order ${orderId} has left`,
    })),
    ...parked.map(({ id, type, provider, paymentId }) => ({
      check: 'idle',
      what: `message ${id} (${provider} ${type} of ${paymentId}) was parked`,
    })),
  ];
}
