import type { State } from '../checks/state.ts';
import type { RunningShop } from '../setup/shop.ts';
import type { World } from '../shop/world.ts';
import { countDeliveries, countSubscriberFaults } from './deliveries.ts';
import { countCases } from './cases.ts';
import { countShippingCases } from './shipping-cases.ts';
import type { Count } from './count.ts';

/** How often each fault, call result, case and message outcome occurred. */
export type Counts = { faults: Count[]; calls: Count[]; cases: Count[]; effects: Count[]; subscribers: Count[] };

/** Counts all of them after the run. */
export async function countAll(shop: RunningShop, world: World, state: State): Promise<Counts> {
  const { counts } = await shop.gateway.faults();
  const faults: Count[] = [
    ...Object.entries(counts).map(([what, count]) => ({ what, count })),
    ...Object.entries(shop.lostCalls()).map(([what, count]) => ({ what, count })),
    ...countSubscriberFaults(shop.subscribers),
    { what: 'pricing_unanswered', count: shop.pricingFailures() },
    { what: 'commit_unanswered', count: shop.cutCommits() },
    { what: 'process_killed', count: shop.killedAt().length },
  ];
  const effects = await shop.database.query<Count>(`
    select outcome || coalesce(' ' || effect, '') as what, count(*) as count from commerce.gateway_events group by 1
      order by 1`);
  const answers = [...world.ledger.values()].map(
    ({ procedure, answer }) => `${procedure} ${answer.ok ? 'done' : answer.code}`,
  );
  const calls = [...Map.groupBy(answers.toSorted(), (what) => what)].map(([what, all]) => ({
    what,
    count: all.length,
  }));
  const subscribers = await countDeliveries(shop);
  const cases = [...(await countCases(shop, world, state)), ...(await countShippingCases(shop, world))];
  return { faults, calls, effects, subscribers, cases };
}
