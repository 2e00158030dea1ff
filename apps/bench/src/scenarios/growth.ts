import type { Shape } from '../load/job.ts';
import { startApi } from '../setup/api.ts';
import type { Seed } from '../setup/seed.ts';
import type { BenchDatabase } from '../setup/server.ts';
import { expectHealthy } from './pair.ts';
import { goal, rates, type Bench, type Scenario, type Series } from './scenario.ts';
import { ourOrders, takeTurns, turnSeconds } from './turns.ts';

const clients = 64;

type Size = { label: string; seed: Seed; shape: Shape };

/**
 * Measures shops of different sizes in turns, each with its own database and API. The doctor checks each in the end.
 * Its limit is 10 minutes; a note names the check at which it ran out of time.
 */
async function compare(
  bench: Bench,
  name: string,
  sizes: readonly Size[],
): Promise<{ series: Series[]; notes: string[] }> {
  const opened: {
    label: string;
    shape: Shape;
    database: BenchDatabase;
    api: Awaited<ReturnType<typeof startApi>>;
  }[] = [];
  try {
    for (const [index, { label, seed, shape }] of sizes.entries()) {
      const filling = (done: number) =>
        bench.progress.now(`${label}: filling its database, ${Math.round(done * 100)} %`);
      const database = await bench.server.createDatabase(`size_${index}`, seed, filling);
      opened.push({ label, shape, database, api: await startApi(database.url, bench.options.env) });
    }
    const series = await takeTurns(
      bench,
      name,
      opened.map(({ label, shape, database, api }) => ({
        label,
        side: 'ours',
        clients,
        turn: ourOrders(bench, { ours: database, api }, shape, { clients }),
      })),
    );
    const notes: string[] = [];
    for (const { label, api, database } of opened) {
      bench.progress.now(`running the doctor for ${label}`);
      notes.push(...(await runDoctorInTime(label, database)));
      await api.stop();
    }
    return { series, notes };
  } finally {
    for (const { api, database } of opened) {
      await api.stop();
      await database.drop();
    }
  }
}

/** Runs the doctor. Returns a note when it ran out of time. @throws WrongResult when it finds violations */
async function runDoctorInTime(label: string, database: BenchDatabase): Promise<string[]> {
  try {
    await expectHealthy(label, database);
    return [];
  } catch (error) {
    // The rows that each turn added have been counted and found before.
    if (error instanceof Error && error.message.includes('ran out of time')) return [`${label}: ${error.message}`];
    throw error;
  }
}

const thousands = (n: number) => n.toLocaleString('en');

/** Compares an empty shop with one that has 1,000,000 orders, or as many as the option `--orders` says. */
export const orderGrowth: Scenario = {
  name: 'order-growth',
  title: 'order.create in a new shop, and in one with many orders',
  long: true,
  takes: ({ rounds, seconds, orders }) =>
    turnSeconds(rounds, seconds, [
      ['ours', clients],
      ['ours', clients],
    ]) +
    orders / 2_000,
  async run(bench) {
    const { orders } = bench.options;
    const sizes = [0, orders].map((before): Size => ({
      label: before === 0 ? 'no orders before' : `${thousands(before)} before`,
      seed: { products: 1_000, orders: before, waiting: 0 },
      shape: { products: 1_000, lines: 2 },
    }));
    const { series, notes } = await compare(bench, 'order-growth', sizes);
    const [empty = [], full = []] = series.map(rates);
    return { series, goals: [goal(`with ${thousands(orders)} orders / empty`, '≥', 0.9, full, empty)], notes };
  },
};

const catalogues = [100, 10_000, 100_000].map((products): Size => ({
  label: `${thousands(products)} products`,
  seed: { products, orders: 10_000, waiting: 0 },
  shape: { products, lines: 2 },
}));

/** Compares catalogues of 100 to 100,000 products. */
export const productGrowth: Scenario = {
  name: 'product-growth',
  title: 'order.create over a small catalogue and large ones',
  long: true,
  takes: ({ rounds, seconds }) =>
    turnSeconds(
      rounds,
      seconds,
      catalogues.map(() => ['ours', clients] as const),
    ) + 60,
  async run(bench) {
    const { series, notes } = await compare(bench, 'product-growth', catalogues);
    const [small = [], , large = []] = series.map(rates);
    return { series, goals: [goal('100,000 products / 100 products', '≥', 0.9, large, small)], notes };
  },
};

const lineCounts = [1, 2, 10, 50, 200];

/** Compares orders of 1 to 200 lines. */
export const lineGrowth: Scenario = {
  name: 'line-growth',
  title: 'order.create with 1 to 200 lines an order, 10,000 products',
  long: true,
  takes: ({ rounds, seconds }) =>
    turnSeconds(
      rounds,
      seconds,
      lineCounts.map(() => ['ours', clients] as const),
    ) + 30,
  async run(bench) {
    const seed = { products: 10_000, orders: 10_000, waiting: 0 };
    const { series, notes } = await compare(
      bench,
      'line-growth',
      lineCounts.map((lines) => ({
        label: `${lines} ${lines === 1 ? 'line' : 'lines'}`,
        seed,
        shape: { products: 10_000, lines },
      })),
    );
    return { series, goals: [], notes };
  },
};
