import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCommerce } from '../commerce.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { keepMsOf, retentionOf, retentionRuleNames, retentionRules, type RetentionRuleName } from './retention-rule.ts';

const hourMs = 60 * 60_000;

test('without a time each rule has its usual one', () => {
  expect(retentionOf()).toEqual({
    idempotencyKeys: 24 * hourMs,
    webhookAttempts: 14 * 24 * hourMs,
    parkedDeliveries: 90 * 24 * hourMs,
    gatewayEventBodies: 90 * 24 * hourMs,
    trackingMessageBodies: 90 * 24 * hourMs,
    operatorSessions: 24 * hourMs,
  });
  expect(retentionOf({ idempotencyKeys: 1.5 * hourMs })).toMatchObject({ idempotencyKeys: 5_400_000 });
});

describe('createCommerce', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.drop());

  test.each(retentionRuleNames)('takes the ends of the range of %s, and refuses what is beyond them', (name) => {
    const { min, max, unit } = retentionRules[name];
    const create = (time: number) => () => createCommerce({ database, keepMs: { [name]: time } });
    for (const right of [min, max]) expect(create(keepMsOf(name, right))).not.toThrow();
    for (const wrong of [keepMsOf(name, min) - 1, keepMsOf(name, max) + 1, 0, -1, NaN, Infinity])
      expect(create(wrong)).toThrow(
        new RangeError(`keepMs.${name} must be from ${min} to ${max} ${unit}, in milliseconds; it is ${wrong}`),
      );
  });

  test('refuses a name that is no rule', () => {
    const keepMs = { rawBodies: hourMs } as Partial<Record<RetentionRuleName, number>>;
    expect(() => createCommerce({ database, keepMs })).toThrow('keepMs.rawBodies is no rule of retention');
  });

  test('each rule has its row in the database', async () => {
    const { rows } = await database.pool.query('select name from commerce.retention_rules');
    const names = Object.values(retentionRules).map(({ name }) => name);
    expect(rows.map(({ name }) => name as string).toSorted()).toEqual(names.toSorted());
  });
});

test('docs/operations.md lists each rule with its variable, its usual time and its bounds', () => {
  const page = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf('## Retention'));
  const listed = [...section.matchAll(/^\| `([A-Z_]+)` +\|(.*)\|$/gm)].map(([, variable, cells]) => [
    variable,
    ...String(cells)
      .split('|')
      .map((cell) => cell.trim()),
  ]);
  expect(listed).toEqual(
    Object.values(retentionRules).map(({ variable, name, goes, countsFrom, usual, unit, min, max }) => [
      variable,
      `\`${name}\``,
      goes,
      `${usual} ${unit}`,
      `${min} to ${max.toLocaleString('en')}`,
      countsFrom,
    ]),
  );
});
