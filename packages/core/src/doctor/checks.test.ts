import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestShop } from '../testing/test-shop.ts';
import type { Check } from './check.ts';
import { checks } from './checks.ts';
import { furtherCorruptions } from '../testing/corruptions/further.ts';
import { createPopulatedShop } from '../testing/populated-shop.ts';
import { corruptions } from '../testing/corruptions/stock-and-orders.ts';
import { runChecks, type Violation } from './run-doctor.ts';
import type { Corruption } from './planting.testing.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createPopulatedShop();
});
afterAll(() => shop.close());

const names = checks.map(({ name }) => name);

test('every check has a name of its own, a sentence, and a violation planted for it', () => {
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^[a-z]+(_[a-z]+)+$/.test(name))).toEqual([]);
  expect(checks.filter(({ sentence }) => !/^[A-Z].+\.$/.test(sentence))).toEqual([]);
  expect(Object.keys(corruptions).toSorted()).toEqual(names.toSorted());
});

/** What a check says while the damage is done, in a transaction that then never was. */
async function diagnose(check: Check, { without = [], damage }: Corruption): Promise<Violation[]> {
  const client = await shop.database.pool.connect();
  try {
    // Replicas apply changes without triggers and foreign keys: nothing keeps the log append-only here.
    await client.query('begin; set local session_replication_role = replica');
    for (const name of without) {
      const [table, constraint] = name.split('.');
      await client.query(
        constraint ? `alter table commerce.${table} drop constraint ${constraint}` : `drop index commerce.${name}`,
      );
    }
    for (const statement of damage) expect((await client.query(statement)).rowCount, statement).toBeGreaterThan(0);
    return await runChecks(client, [check]);
  } finally {
    await client.query('rollback');
    client.release();
  }
}

describe('a violation planted for a check is caught by that check', () => {
  test.each(checks)('$name', async (check) => {
    const [violation] = await diagnose(check, corruptions[check.name]!);
    expect(violation).toMatchObject({ name: check.name, sentence: check.sentence });
    expect(violation!.count).toBeGreaterThan(0);
    expect(violation!.examples).toHaveLength(Math.min(violation!.count, 10));
  });
});

test.each(furtherCorruptions)('$check catches it too: $how', async ({ check, ...planting }) => {
  expect(
    await diagnose(
      checks.find(({ name }) => name === check)!,
      planting,
    ),
  ).toHaveLength(1);
});

test('the constraints that were dropped for a planting are back after it, and nothing is broken', async () => {
  expect(await shop.commerce.doctor()).toEqual([]);
});
