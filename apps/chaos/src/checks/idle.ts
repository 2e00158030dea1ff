import type { RunningShop } from '../setup/shop.ts';
import type { Finding } from './finding.ts';
import { ofUnknownPayment } from './pending.ts';
import type { Pending } from './unfinished.ts';
import type { State } from './state.ts';

/** Checks that nothing was left to do after the run, and that only messages about unknown payments are parked. */
export async function checkIdle(
  shop: Pick<RunningShop, 'database'>,
  { orders }: Pick<State, 'orders'>,
  left: readonly Pending[],
): Promise<Finding[]> {
  const parked = await shop.database.query<{ id: string; type: string; provider: string; paymentId: string }>(`
    select id, type, provider, payment_id as "paymentId" from commerce.gateway_events g where outcome = 'PARKED' and not (${ofUnknownPayment})`);
  const unfinished = [...orders.values()].filter(({ status }) => !['PAID', 'CANCELED', 'EXPIRED'].includes(status));
  return [
    ...left.map(({ what, count, examples }) => ({
      check: 'idle',
      what: [`${count} ${what} are left`, ...examples].join('; '),
    })),
    ...unfinished.slice(0, 10).map(({ id, status }) => ({ check: 'idle', what: `order ${id} is still ${status}` })),
    ...parked.map(({ id, type, provider, paymentId }) => ({
      check: 'idle',
      what: `message ${id} (${provider} ${type} of ${paymentId}) was parked`,
    })),
  ];
}
