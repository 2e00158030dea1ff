import type { Chance } from './chance.ts';
import { chanceOf } from './chance.ts';
import { checkAll } from './checks/all.ts';
import { checkSubscribers } from './checks/subscribers.ts';
import { readState, type State } from './checks/state.ts';
import { usualPace, waitUntilIdle } from './wait-until-idle.ts';
import { startOperators } from './operators.ts';
import type { RunOptions } from './options.ts';
import type { Progress } from './report/progress.ts';
import type { RunningShop } from './setup/shop.ts';
import type { World } from './shop/world.ts';
import { createCarrier } from './setup/carrier.ts';
import { createCatalogue, createShippingOptions, restock } from './shop/catalogue.ts';
import { runShopper } from './shoppers/shopper.ts';
import { countAll, type Counts } from './counts/count-all.ts';
import type { Finding } from './checks/finding.ts';

/** The counts and findings of a run. */
export type Outcome = Counts & { seconds: number; shoppedSeconds: number; findings: Finding[] };

/** How many shoppers run at once, without those that wait for an expiry or a deposit. */
const shoppersAtOnce = 32;

/**
 * Runs all shoppers while faults are injected, stops the faults, waits until nothing is pending, and runs all checks.
 * What is left when the wait is given up is a finding.
 */
export async function run(
  shop: RunningShop,
  options: RunOptions,
  progress: Progress,
  pace = usualPace,
): Promise<Outcome> {
  const startedAt = performance.now();
  const chance = chanceOf(options.seed);
  const world = await openWorld(shop, chance);
  await shop.gateway.startFaults(options.seed);
  const operators = startOperators(world);
  await runShoppers(shop, world, options, progress);
  progress.now('stopping the faults');
  shop.stopFaults();
  await shop.gateway.stopFaults();
  const shoppedSeconds = (performance.now() - startedAt) / 1000;
  const left = await waitUntilIdle({ shop, world, operators, progress }, pace);
  await operators.stop();
  progress.now('checking');
  const state: State = await readState(shop);
  const findings = [...(await checkSubscribers(shop)), ...(await checkAll(shop, world, state, left))];
  return {
    seconds: (performance.now() - startedAt) / 1000,
    shoppedSeconds,
    findings,
    ...(await countAll(shop, world, state)),
  };
}

async function openWorld(shop: RunningShop, chance: Chance): Promise<World> {
  const { gateway, operator, customer, guest, providers, reservationMs } = shop;
  const ledger: World['ledger'] = new Map();
  const shopperOf = (orderId: string): string => {
    const placed = [...ledger.values()].find(
      ({ answer }) => answer.ok && (answer.value as { id?: string }).id === orderId,
    );
    return placed?.key.split(' ').slice(0, 2).join(' ') ?? orderId;
  };
  const carrier = createCarrier(gateway.url);
  const parts = {
    chance,
    ledger,
    gateway,
    carrier,
    scans: [],
    freeNumbers: [],
    operator,
    customer,
    guest,
    providers,
    reservationMs,
    shopperOf,
  };
  const shippingOptionIds = await createShippingOptions(parts);
  return { ...parts, shippingOptionIds, products: await createCatalogue(parts, shop.orders) };
}

const killBroker = async ({ subscribers }: RunningShop): Promise<void> => subscribers.broker?.kill();

async function runShoppers(
  shop: RunningShop,
  world: World,
  { orders, kills }: RunOptions,
  progress: Progress,
): Promise<void> {
  const laterVisits: Promise<void>[] = [];
  const numbers = Array.from({ length: orders }, (_, index) => index + 1).values();
  const killAt = new Set(Array.from({ length: kills }, (_, index) => Math.ceil((orders * (index + 1)) / (kills + 2))));
  const brokerKillAt = Math.ceil(orders * 0.55);
  const restockAt = new Set([Math.ceil(orders * 0.4), Math.ceil(orders * 0.7)]);
  let killing: Promise<void> = Promise.resolve();
  await Promise.all(
    Array.from({ length: Math.min(shoppersAtOnce, orders) }, async () => {
      // All workers share one iterator, so each shopper runs once.
      for (const n of numbers) {
        progress.now(`shopper ${n} of ${orders}`);
        if (killAt.has(n)) killing = killing.then(() => shop.killOne());
        if (n === brokerKillAt) laterVisits.push(killBroker(shop));
        if (restockAt.has(n)) laterVisits.push(restock(world, n));
        await runShopper(world, n, (work) => laterVisits.push(work));
      }
    }),
  );
  progress.now('waiting for the last shoppers');
  // Later work may give more of it: carriers have the parcels of late shoppers.
  for (let done = 0; done < laterVisits.length;) {
    const rest = laterVisits.slice(done);
    done += rest.length;
    await Promise.all(rest);
  }
  await killing;
}
