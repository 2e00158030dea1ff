import { startWebhookReceiver, versionsBySubject, type WebhookReceiver } from '@commerce-core/core/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTestApi, type TestApi } from './testing/index.ts';
import { until } from './testing/until.ts';
import { endWorkers, testWorkers } from './testing/worker.ts';

// Workers run as programs and deliver webhooks to a receiver of the test. A worker dies or is suspended at a moment
// that a lock of the test holds open, and the other one takes over.

let api: TestApi;
let receiver: WebhookReceiver;
let endpointId: string;
const workers = testWorkers(() => api);

beforeAll(async () => {
  api = await startTestApi();
});
beforeEach(async () => {
  receiver = await startWebhookReceiver();
  await api.commerce.numberEvents();
  endpointId = (await api.commerce.createWebhookEndpoint({ url: receiver.url, startAt: 'now' })).id;
});
afterEach(async () => {
  await workers.kill();
  await receiver.close();
  await api.commerce.deleteWebhookEndpoint({ endpointId });
  const broken = await api.commerce.doctor();
  if (broken.length > 0) throw new Error(JSON.stringify(broken));
});
afterAll(() => api?.close());

/** Locks the endpoint's row: its worker can't record what it has delivered. */
async function lockEndpoint() {
  const client = await api.database.pool.connect();
  await client.query('begin');
  await client.query('select from commerce.webhook_endpoints where id = $1 for update', [endpointId]);
  return async () => {
    await client.query('rollback');
    client.release();
  };
}

/** Has the next request acknowledged once the endpoint's row is locked. Returns a function that unlocks the row. */
function lockBeforeReply(): () => Promise<void> {
  let unlock = async () => {};
  receiver.reply = (_, response) => {
    receiver.reply = undefined;
    lockEndpoint()
      .then((release) => {
        unlock = release;
        response.writeHead(204).end();
      })
      .catch(() => response.destroy());
  };
  return async () => unlock();
}

const untilRecordWaits = async () =>
  until(async () => {
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
      and query like '%webhook_endpoints%'`;
    return ((await api.database.pool.query(waiting)).rowCount ?? 0) > 0;
  });

/**
 * Waits until the endpoint has got to the end of the log, with nothing to retry. Returns the attempts, the first one
 * first.
 */
async function untilDelivered() {
  const end = await until(async () => {
    const lag = await api.commerce.eventLag();
    return lag.events === 0 && lag.lastPosition;
  });
  await until(async () => {
    const { position, retrying } = await api.commerce.getWebhookEndpoint({ endpointId });
    return retrying === 0 && Number(position.split('.')[1]) === end;
  });
  const { items } = await api.commerce.listDeliveries({ endpointId, limit: 100 });
  return items.toReversed().map(({ version, attempt, status }) => ({ version, attempt, status }));
}

const delivered = (version: number) => ({ version, attempt: 1, status: 'DELIVERED' });

/** The messages with their bodies, in the order in which they came. */
const messages = () => receiver.requests.map(({ headers, body }) => ({ id: headers['webhook-id'], body }));
const received = () => receiver.events().map(({ sequence }) => Number(sequence));

test('events whose worker is killed before it has recorded them come again, with the same bytes and ids', async () => {
  const first = await workers.start();
  const unlock = lockBeforeReply();
  await api.createProduct();
  await untilRecordWaits();
  await until(() => receiver.requests.length === 2);
  const killed = messages();
  first.child.kill('SIGKILL');
  await first.exit;
  await unlock();
  await workers.start();
  expect(await untilDelivered()).toEqual([delivered(1), delivered(2)]);
  expect(messages()).toEqual([...killed, ...killed]);
});

test('a worker that sleeps longer than its lease changes nothing when it wakes beside its successor', async () => {
  const late = Promise.withResolvers<void>();
  receiver.reply = (_, response) => {
    receiver.reply = undefined;
    late.promise.then(() => response.writeHead(500).end('late')).catch(() => response.destroy());
  };
  const first = await workers.start();
  const productId = await api.createProduct();
  await until(() => receiver.requests.length === 1);
  const second = await workers.start();
  first.child.kill('SIGSTOP');
  expect(await untilDelivered()).toEqual([delivered(1), delivered(2)]);
  // The failure that the first worker learns of now is not recorded.
  late.resolve();
  first.child.kill('SIGCONT');
  await api.commerce.receiveStock({ productId, quantity: 1 });
  await untilDelivered();
  expect(await endWorkers(first, second)).toEqual([0, 0]);
  expect(await untilDelivered()).toEqual([delivered(1), delivered(2), delivered(3)]);
  expect(received()).toEqual([1, 1, 2, 3]);
  expect(messages()[1]).toEqual(messages()[0]);
});

test('a worker that sleeps in its record loses its lock, and its successor delivers in order', async () => {
  const first = await workers.start();
  const unlock = lockBeforeReply();
  const productId = await api.createProduct();
  await untilRecordWaits();
  first.child.kill('SIGSTOP');
  await unlock();
  const second = await workers.start();
  await api.commerce.receiveStock({ productId, quantity: 1 });
  await untilDelivered();
  first.child.kill('SIGCONT');
  expect(await endWorkers(first, second)).toEqual([0, 0]);
  expect(await untilDelivered()).toEqual([delivered(1), delivered(2), delivered(3)]);
  expect(Object.values(versionsBySubject(receiver.events()))).toEqual([[1, 2, 3]]);
  for (const { id, body } of messages()) expect(messages().find((other) => other.id === id)?.body).toBe(body);
});
