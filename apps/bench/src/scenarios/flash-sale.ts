import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { closedLoop } from '../load/drive.ts';
import type { Loaded } from '../load/job.ts';
import { Meter, type Measured } from '../load/measure.ts';
import { orderCalls } from '../load/order-calls.ts';
import { count, milliseconds } from '../report/format.ts';
import { startApi, type Api } from '../setup/api.ts';
import { currency, priceAmount } from '../setup/ids.ts';
import type { BenchDatabase } from '../setup/server.ts';
import { hotShape, usualSeed } from './orders.ts';
import { expectHealthy, expectNoFailures, WrongResult } from './pair.ts';
import { goal, goalOf, rates, type Bench, type Outcome, type Scenario, type Series } from './scenario.ts';
import { ourOrders } from './turns.ts';

const units = 1_000;
const shoppers = 20_000;
const connections = 256;
const otherShoppers = 8;
const warmUpShoppers = 2_000;

type Shop = { bench: Bench; ours: BenchDatabase; api: Api };
type Round = { hot: Measured; before: Measured; during: Measured; orders: Measured; refusals: Measured };

/** Sells a product of which there are far fewer units than shoppers, while others buy another product. */
export const flashSale: Scenario = {
  name: 'flash-sale',
  title: `flash sale: ${count(shoppers)} shoppers try once, for ${count(units)} units`,
  long: false,
  takes: ({ rounds, seconds }) => rounds * (2 * seconds + 8) + 20,
  async run(bench) {
    const ours = await bench.server.createDatabase('flash_sale', usualSeed);
    const api = await startApi(ours.url, bench.options.env);
    const shop = { bench, ours, api };
    try {
      bench.progress.now('flash-sale: warming up');
      await takeRound(shop, warmUpShoppers);
      const rounds: Round[] = [];
      for (let round = 1; round <= bench.options.rounds; round += 1) {
        bench.progress.now(`flash-sale, round ${round}`);
        await bench.server.checkpoint();
        const measured = await takeRound(shop, shoppers);
        rounds.push(measured);
        const { refusals, before, during } = measured;
        bench.progress.say(
          `flash-sale, round ${round}: ${count(refusals.perSecond)} refusals/s, ` +
            `p99 ${milliseconds(refusals.p99Ms)} ms; ` +
            `another product’s p50 ${milliseconds(before.p50Ms)} → ${milliseconds(during.p50Ms)} ms`,
        );
      }
      await expectHealthy('the API', ours);
      return outcomeOf(rounds);
    } finally {
      await api.stop();
      await ours.drop();
    }
  },
};

/** Measures a turn of a hot product, then the other shoppers alone, then the sale with the other shoppers. */
async function takeRound(shop: Shop, tries: number): Promise<Round> {
  const { bench, ours, api } = shop;
  const hot = await ourOrders(bench, { ours, api }, hotShape, { clients: connections })();
  const { others: before } = await withOthers(api, async () => sleep(bench.options.seconds * 1_000));
  const ordersBefore = await countOrders(ours);
  const productId = await receiveProduct(api);
  const { others: during, result } = await withOthers(api, async () =>
    bench.load.run({
      kind: 'flash-sale',
      url: api.url,
      tokenSecret: api.tokenSecret,
      productId,
      shoppers: tries,
      clients: connections,
      warmMs: 0,
      measureMs: 0,
    }),
  );
  const added = (await countOrders(ours)) - ordersBefore;
  await expectSoldOut(shop, { productId, result, tries, added, others: during });
  return { hot, before, during, orders: result, refusals: refusalsOf(result) };
}

/** Creates a product with the sale's units in stock. */
async function receiveProduct({ operator }: Api): Promise<string> {
  const sku = `SALE-${randomUUID()}`;
  const { id } = await operator.product.create.mutate({ sku, name: 'On sale', priceAmount, currency });
  await operator.stock.receive.mutate({ productId: id, quantity: units });
  return id;
}

/**
 * Runs `work` while the other shoppers order another product. They run in this process, because the load process is
 * busy with the sale, and its delays would count as theirs.
 */
async function withOthers<T>(api: Api, work: () => Promise<T>): Promise<{ others: Measured; result: T }> {
  const endless = { warmMs: 0, measureMs: Infinity };
  const meter = new Meter(endless);
  const { url, tokenSecret } = api;
  const { calls, close } = await orderCalls(
    { kind: 'orders', url, tokenSecret, shape: hotShape, clients: otherShoppers, ...endless },
    meter,
  );
  let working = true;
  meter.start();
  const began = performance.now();
  const shopping = closedLoop(
    calls.map((call) => async (since: number) => working && call(since)),
    meter,
  );
  try {
    const result = await work();
    const seconds = (performance.now() - began) / 1_000;
    working = false;
    await shopping;
    const others = meter.result();
    expectNoFailures(others);
    return { others: { ...others, perSecond: others.succeeded / seconds }, result };
  } finally {
    working = false;
    await shopping;
    close();
  }
}

async function countOrders(database: BenchDatabase): Promise<number> {
  const [row] = await database.query<{ n: number }>('select count(*)::int as n from commerce.orders');
  return row?.n ?? NaN;
}

type Sold = { productId: string; result: Loaded; tries: number; added: number; others: Measured };

/** Checks the sale. @throws WrongResult unless each unit was sold once and everybody else was refused */
async function expectSoldOut({ ours }: Shop, { productId, result, tries, added, others }: Sold): Promise<void> {
  expectNoFailures(result);
  const { succeeded, refused, ids } = result;
  if (succeeded !== units || refused?.count !== tries - units) {
    throw new WrongResult(
      `${succeeded} of ${tries} shoppers ordered one of ${units} units, ${refused?.count} were refused`,
    );
  }
  if (added !== units + others.succeeded) {
    throw new WrongResult(`${units + others.succeeded} orders were acknowledged, but ${added} were added`);
  }
  const [row] = await ours.query<{ sold: number; acknowledged: number; reserved: number; available: number }>(
    `select (select sum(quantity)::int from commerce.order_lines where product_id = $1) as sold,
      (select count(distinct order_id)::int from commerce.order_lines
        where product_id = $1 and order_id = any($2::uuid[]))
        as acknowledged, reserved_qty::int as reserved, available_qty::int as available
      from commerce.stocks where product_id = $1`,
    [productId, ids],
  );
  const wrong = Object.entries(row ?? {}).filter(([, n]) => n !== units);
  if (!row || wrong.length > 0) {
    throw new WrongResult(`not ${units} units after the sale: ${wrong.map(([what, n]) => `${what} ${n}`).join(', ')}`);
  }
}

function refusalsOf({ refused }: Loaded): Measured {
  if (!refused) throw new Error('the load process returned no refusals');
  const { count: succeeded, ...figures } = refused;
  return { ...figures, succeeded, failed: {} };
}

function outcomeOf(rounds: readonly Round[]): Outcome {
  const series = (label: string, clients: number, of: keyof Round): Series => ({
    label,
    side: 'ours',
    clients,
    rounds: rounds.map((round) => round[of]),
  });
  const hot = series('hot product, no sale', connections, 'hot');
  const before = series('others, before', otherShoppers, 'before');
  const during = series('others, during', otherShoppers, 'during');
  const orders = series('sale: orders', connections, 'orders');
  const refusals = series('sale: refusals', connections, 'refusals');
  const p50 = ({ rounds: all }: Series) => all.map(({ p50Ms }) => p50Ms);
  return {
    series: [hot, orders, refusals, before, during],
    goals: [
      goal('refusals a second / orders of a hot product', '≥', 3, rates(refusals), rates(hot)),
      goalOf(
        'p99 of a refusal, ms',
        '≤',
        50,
        refusals.rounds.map(({ p99Ms }) => p99Ms),
      ),
      goal('another product’s p50, during / before', '≤', 1.2, p50(during), p50(before)),
    ],
    notes: [`each sale: ${count(units)} orders, ${count(shoppers - units)} refusals for lack of stock, nothing else`],
  };
}
