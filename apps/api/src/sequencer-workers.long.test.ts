import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from './testing/index.ts';
import { until } from './testing/until.ts';
import { endWorkers, testWorkers } from './testing/worker.ts';

// Workers run as programs and number events. One dies or is suspended in its transaction, which waits for the test, and
// the other one continues.

const takeOverMaxMs = 10_000;

let api: TestApi;
const workers = testWorkers(() => api);
beforeAll(async () => {
  api = await startTestApi();
});
afterEach(async () => {
  await workers.kill();
  const broken = await api.commerce.doctor();
  if (broken.length > 0) throw new Error(JSON.stringify(broken));
});
afterAll(() => api?.close());

/** Takes the next position, so that a sequencer waits in its transaction for the end of this one. */
async function takeNextPosition() {
  const client = await api.database.pool.connect();
  await client.query('begin');
  await client.query(`
    insert into commerce.event_positions (position, event_id, aggregatetype, aggregateid, version, type)
    select coalesce(max(position), 0) + 1, uuidv7(), 'product', uuidv7(), 1, 'product.created'
      from commerce.event_positions`);
  return async () => {
    await client.query('rollback');
    client.release();
  };
}

/** Waits until a sequencer waits in its transaction. Returns the process id of its connection's server. */
const untilSequencerWaits = async () =>
  until(async () => {
    const { rows } = await api.database.pool.query<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows[0]?.pid;
  });

const untilNumbered = async () => until(async () => (await api.commerce.eventLag()).events === 0);

/** The versions of each product's events, in the order of positions. */
async function readVersions(productIds: string[]): Promise<number[][]> {
  const { items } = await api.commerce.listEvents({ limit: 500 });
  return productIds.map((id) => items.filter(({ aggregateId }) => aggregateId === id).map(({ version }) => version));
}

test.each([
  ['continues in PostgreSQL is numbered by it', false],
  ['ends with its connection is numbered by another worker', true],
])('what a killed sequencer was numbering in a transaction that %s, once and in order', async (_, isConnectionLost) => {
  const first = await workers.start();
  const release = await takeNextPosition();
  const products = [await api.createProduct(), await api.createProduct()];
  const pid = await untilSequencerWaits();
  await workers.start();
  products.push(await api.createProduct());
  first.child.kill('SIGKILL');
  await first.exit;
  if (isConnectionLost) await api.database.pool.query('select pg_terminate_backend($1)', [pid]);
  await release();
  const killedAt = performance.now();
  await untilNumbered();
  expect(performance.now() - killedAt).toBeLessThan(takeOverMaxMs);
  expect(await readVersions(products)).toEqual([
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
});

test('a sequencer that sleeps in its transaction holds up no other one, and wakes beside it without harm', async () => {
  const first = await workers.start();
  const release = await takeNextPosition();
  const products = [await api.createProduct()];
  await untilSequencerWaits();
  first.child.kill('SIGSTOP');
  const second = await workers.start();
  await release();
  products.push(await api.createProduct());
  const releasedAt = performance.now();
  await untilNumbered();
  expect(performance.now() - releasedAt).toBeLessThan(takeOverMaxMs);
  first.child.kill('SIGCONT');
  for (let count = 0; count < 20; count += 1) products.push(await api.createProduct());
  await untilNumbered();
  expect(await endWorkers(first, second)).toEqual([0, 0]);
  expect(await readVersions(products)).toEqual(products.map(() => [1, 2]));
});
