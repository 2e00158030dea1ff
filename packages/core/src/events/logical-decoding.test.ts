import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedTestServer } from '@commerce-core/postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCommerce } from '../commerce.ts';
import { connect } from '../database/connect.ts';
import { migrate } from '../database/migrate.ts';
import { mockGateway } from '../gateways/mock.ts';
import { present } from '../testing/only.ts';
import { peekChanges, type Change } from '../testing/pgoutput.ts';
import { testShopOf, webhookSecret } from '../testing/test-shop.ts';
import { eventPayloads, type EventType } from './payloads.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/integrations/debezium.md'), 'utf8');
const blockOf = (language: string): string =>
  present(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)?.[1], `a block of ${language}`);
// The block is the page's own connector.
const { config } = JSON.parse(blockOf('json')) as { config: Record<string, string> };
const setting = (name: string): string => present(config[name], name);
const router = (name: string): string => setting(`transforms.outbox.${name}`);

let server: Awaited<ReturnType<typeof startEmbeddedTestServer>>;
let everything: Change[];
let published: Change[];
let stored: Record<string, string>[];
let closing: () => Promise<void>;

beforeAll(async () => {
  server = await startEmbeddedTestServer({ fsync: 'off', wal_level: 'logical' });
  const database = connect({ url: server.url });
  await migrate(database);
  await database.pool.query(blockOf('sql'));
  await database.pool.query('create publication all_changes for table commerce.events');
  const { username, password } = { username: setting('database.user'), password: setting('database.password') };
  const debezium = new pg.Pool({ connectionString: Object.assign(new URL(server.url), { username, password }).href });
  closing = async () => {
    await debezium.end();
    await database.close();
  };
  await debezium.query("select pg_create_logical_replication_slot($1, 'pgoutput')", [setting('slot.name')]);
  await fillShop(database);
  everything = await peekChanges(debezium, setting('slot.name'), 'all_changes');
  published = await peekChanges(debezium, setting('slot.name'), setting('publication.name'));
  stored = (await debezium.query<Record<string, string>>('select * from commerce.events')).rows;
});
afterAll(async () => {
  await closing();
  await server.stop();
});

/** Sells, refunds and cancels at once, so that transactions overlap, wait for each other, fail and share commits. */
async function fillShop(database: ReturnType<typeof connect>): Promise<void> {
  const commerce = createCommerce({ database, gateways: [mockGateway([webhookSecret])] });
  const shop = testShopOf(commerce, database);
  const product = await shop.createTestProduct({ quantity: 30 });
  const buy = async (index: number) => {
    const { orderId, payment } = await shop.createPendingOrder({ [product]: 1 });
    await Promise.all([
      shop.sendWebhook('CAPTURED', payment),
      shop.sendWebhook('FAILED', payment),
      commerce.receiveStock({ productId: product, quantity: 1 }),
    ]);
    if (index % 2 === 0) await commerce.cancelOrder({ orderId });
  };
  await Promise.allSettled(Array.from({ length: 40 }, (_, index) => buy(index)));
  await commerce.callGateways();
  await commerce.doctor();
}

test('the log only gets inserts, each event once', () => {
  expect(stored.length).toBeGreaterThan(200);
  expect(new Set(everything.map(({ operation }) => operation))).toEqual(new Set(['insert']));
  expect(published).toEqual(everything);
  expect(new Set(published.map(({ values }) => values['id']))).toEqual(new Set(stored.map(({ id }) => id)));
  expect(published).toHaveLength(stored.length);
});

test('the versions of each order and product come one after the other, in the order of commits', () => {
  const versions = new Map<string, number>();
  const wrong = published.filter(({ values: { aggregateid, version } }) => {
    const last = versions.get(String(aggregateid)) ?? 0;
    versions.set(String(aggregateid), Number(version));
    return Number(version) !== last + 1;
  });
  expect(wrong).toEqual([]);
  // One transaction has several orders' events, and other transactions' events don't come between them.
  const transactions = published.map(({ transaction }) => transaction);
  expect(new Set(transactions).size).toBeLessThan(transactions.length);
  const runs = transactions.filter((transaction, index) => transaction !== transactions[index - 1]);
  expect(runs).toHaveLength(new Set(transactions).size);
});

describe('the connector of docs/integrations/debezium.md', () => {
  test('names the table, and its columns as the router expects them', () => {
    const { relation } = present(published[0], 'a change');
    const { schema, table, columns } = present(relation, 'its table');
    expect(setting('table.include.list')).toBe(`${schema}.${table}`);
    expect(setting('predicates.isEvent.pattern')).toBe(`${setting('topic.prefix')}\\.${schema}\\.${table}`);
    const names = columns.map(({ name }) => name);
    // The router's defaults, and what the configuration adds.
    expect(names).toEqual(expect.arrayContaining(['id', 'aggregatetype', 'aggregateid', 'type', 'payload']));
    const additional = router('table.fields.additional.placement')
      .split(',')
      .map((field) => field.split(':')[0]);
    const named = ['table.field.event.id', 'table.field.event.key', 'table.field.event.payload', 'route.by.field'];
    expect(names).toEqual(expect.arrayContaining([...named.map(router), ...additional]));
    const excluded = setting('column.exclude.list').replace(`${schema}.${table}.`, '');
    expect(names).toContain(excluded);
    expect(columns.filter(({ isKey }) => isKey).map(({ name }) => name)).toEqual([router('table.field.event.id')]);
  });

  test('routes every event to a topic of the page, with a key, a type and the payload of its type', () => {
    const topics = published.map(({ values }) =>
      router('route.topic.replacement').replace('${routedByValue}', String(values[router('route.by.field')])),
    );
    expect(new Set(topics)).toEqual(new Set(['commerce.order', 'commerce.product']));
    for (const { values } of published) {
      expect(values[router('table.field.event.key')]).toMatch(/^[0-9a-f-]{36}$/);
      // A stored event has one of these types.
      const schema = eventPayloads[values['type'] as EventType];
      expect(schema.safeParse(JSON.parse(String(values[router('table.field.event.payload')]))).error).toBeUndefined();
    }
  });
});
