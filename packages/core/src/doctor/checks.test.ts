import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestShop } from '../testing/test-shop.ts';
import type { Check } from './check.ts';
import { checks } from './checks.ts';
import type { Corruption } from '../testing/corruptions/corruption.ts';
import { furtherPaymentAndShipmentCorruptions } from '../testing/corruptions/more-of-payments-and-shipments.ts';
import { furtherStockAndOrderCorruptions } from '../testing/corruptions/more-of-stock-and-orders.ts';
import { furtherCanceledUnitCorruptions } from '../testing/corruptions/canceled-units.ts';
import { furtherCreditCorruptions } from '../testing/corruptions/credits.ts';
import { furtherReturnCorruptions } from '../testing/corruptions/returns.ts';
import { furtherShareCorruptions } from '../testing/corruptions/shares.ts';
import { createPopulatedShop } from '../testing/populated/shop.ts';
import { corruptions } from '../testing/corruptions/one-per-check.ts';
import { runChecks, type Violation } from './run/run-doctor.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createPopulatedShop();
});
afterAll(() => shop.close());

const names = checks.map(({ name }) => name);

test('every check has a unique name, a sentence, and a corruption that it must find', () => {
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^[a-z]+(_[a-z]+)+$/.test(name))).toEqual([]);
  expect(checks.filter(({ sentence }) => !/^[A-Z].+\.$/.test(sentence))).toEqual([]);
  expect(Object.keys(corruptions).toSorted()).toEqual(names.toSorted());
});

/** Runs a check on corrupted rows, in a transaction that is rolled back. */
async function runCorrupted(check: Check, { withoutConstraints = [], statements }: Corruption): Promise<Violation[]> {
  const client = await shop.database.pool.connect();
  try {
    // As a replica does, this session skips triggers and foreign keys: events can be changed and deleted.
    await client.query('begin; set local session_replication_role = replica');
    for (const name of withoutConstraints) {
      const [table, constraint] = name.split('.');
      await client.query(
        constraint ? `alter table commerce.${table} drop constraint ${constraint}` : `drop index commerce.${name}`,
      );
    }
    for (const statement of statements) expect((await client.query(statement)).rowCount, statement).toBeGreaterThan(0);
    return await runChecks(client, [check]);
  } finally {
    await client.query('rollback');
    client.release();
  }
}

describe('a check finds the corruption of its invariant', () => {
  test.each(checks)('$name', async (check) => {
    const corruption = corruptions[check.name];
    if (!corruption) throw new Error(`no corruption for ${check.name}`);
    const [violation] = await runCorrupted(check, corruption);
    if (!violation) throw new Error(`${check.name} found nothing`);
    expect(violation).toMatchObject({ name: check.name, sentence: check.sentence });
    expect(violation.count).toBeGreaterThan(0);
    expect(violation.examples).toHaveLength(Math.min(violation.count, 10));
  });
});

const furtherCorruptions = [
  ...furtherStockAndOrderCorruptions,
  ...furtherPaymentAndShipmentCorruptions,
  ...furtherShareCorruptions,
  ...furtherCanceledUnitCorruptions,
  ...furtherReturnCorruptions,
  ...furtherCreditCorruptions,
];

test.each(furtherCorruptions)('$check also finds: $how', async ({ check: checkName, ...corruption }) => {
  const check = checks.find(({ name }) => name === checkName);
  if (!check) throw new Error(`there is no check ${checkName}`);
  expect(await runCorrupted(check, corruption)).toHaveLength(1);
});

test('the corruptions and dropped constraints are rolled back, so all invariants hold', async () => {
  expect(await shop.commerce.doctor()).toEqual([]);
});
