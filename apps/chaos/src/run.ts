import type { Chance } from './chance.ts';
import { chanceOf } from './chance.ts';
import { checkAll } from './checks/all.ts';
import { readState, type State } from './checks/state.ts';
import { drain } from './drain.ts';
import { operatorsAtWork } from './operators.ts';
import type { Options } from './options.ts';
import type { Progress } from './report/progress.ts';
import type { RunningShop } from './setup/shop.ts';
import type { World } from './shop/world.ts';
import { openCatalogue, restock } from './shop/catalogue.ts';
import { shop as goShopping } from './shoppers/shopper.ts';
import { tally, type Tally } from './tally/tally.ts';
import type { Finding } from './checks/finding.ts';

export type Outcome = Tally & { seconds: number; shoppedSeconds: number; findings: Finding[] };

/** How many shoppers are about at once; those who wait for something that comes much later don't count. */
const shoppersAtOnce = 32;

/** Runs the shop through everything that can go wrong, ends the faults, lets it all drain, and looks at what is left. */
export async function run(shop: RunningShop, options: Options, progress: Progress): Promise<Outcome> {
  const began = performance.now();
  const chance = chanceOf(options.seed);
  const world = await openWorld(shop, chance);
  await shop.gateway.attack(options.seed);
  const operators = operatorsAtWork(world);
  await everybodyShops(shop, world, options, progress);
  progress.now('the faults stop');
  shop.calm();
  await shop.gateway.calm();
  const shoppedSeconds = (performance.now() - began) / 1000;
  await drain(shop, world, operators, progress);
  await operators.stop();
  progress.now('checking');
  const state: State = await readState(shop);
  const findings = await checkAll(shop, world, state);
  return {
    seconds: (performance.now() - began) / 1000,
    shoppedSeconds,
    findings,
    ...(await tally(shop, world, state)),
  };
}

async function openWorld(shop: RunningShop, chance: Chance): Promise<World> {
  const { gateway, operator, customer, providers, reservationMs } = shop;
  const ledger: World['ledger'] = new Map();
  const shopperOf = (orderId: string): string => {
    const placed = [...ledger.values()].find(
      ({ answer }) => answer.ok && (answer.value as { id?: string }).id === orderId,
    );
    return placed?.key.split(' ').slice(0, 2).join(' ') ?? orderId;
  };
  const world = { chance, ledger, gateway, operator, customer, providers, reservationMs, shopperOf, products: [] };
  return { ...world, products: await openCatalogue(world, shop.orders) };
}

async function everybodyShops(
  shop: RunningShop,
  world: World,
  { orders, kills }: Options,
  progress: Progress,
): Promise<void> {
  const resting: Promise<void>[] = [];
  const numbers = Array.from({ length: orders }, (_, index) => index + 1).values();
  const killAt = new Set(Array.from({ length: kills }, (_, index) => Math.ceil((orders * (index + 1)) / (kills + 2))));
  const restockAt = new Set([Math.ceil(orders * 0.4), Math.ceil(orders * 0.7)]);
  let killing: Promise<void> = Promise.resolve();
  await Promise.all(
    Array.from({ length: Math.min(shoppersAtOnce, orders) }, async () => {
      // The shoppers share one iterator: each number is taken once.
      for (const n of numbers) {
        progress.now(`shopper ${n} of ${orders}`);
        if (killAt.has(n)) killing = killing.then(() => shop.killOne());
        if (restockAt.has(n)) resting.push(restock(world, n));
        await goShopping(world, n, (work) => resting.push(work));
      }
    }),
  );
  progress.now('waiting for the last shoppers');
  await Promise.all(resting);
  await killing;
}
