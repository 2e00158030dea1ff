import { openTestDatabase, type TestDatabase } from '@commerce-core/core/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DatabaseUnusable, startDatabase } from '../start-database.ts';
import { runProgram } from '../testing/program.ts';
import { webhookSecret } from '../testing/webhook.ts';
import { checkProgram } from './check-program.ts';
import { migrateProgram } from './migrate-program.ts';
import { explain, type Program } from './program.ts';

let own: TestDatabase;
beforeAll(async () => (own = await openTestDatabase()));
afterAll(() => own?.drop());

async function run(program: Program, args: string[], values: Record<string, string> = {}) {
  const lines: string[] = [];
  const code = await program(args, { DATABASE_URL: own.url, ...values }, (line) => lines.push(line));
  return { code, text: lines.join('\n') };
}

const tablesOf = async (schema: string) =>
  (await own.pool.query('select tablename from pg_tables where schemaname = $1', [schema])).rowCount;

test('a plan shows what is missing and changes nothing; migrate applies it, once', async () => {
  const schema = { DATABASE_SCHEMA: 'planned' };
  const plan = await run(migrateProgram, ['--plan'], schema);
  expect(plan.text).toMatch(
    /^\d+ migrations are missing at \S+, schema planned:\n {2}0000_initial\n {4}CREATE TABLE "planned"/,
  );
  expect(await tablesOf('planned')).toBe(0);
  const start = startDatabase({ url: own.url, schema: 'planned', waitMaxMs: 0, migrates: false });
  await expect(start).rejects.toThrow(/lacks 0000_initial, .* and \d+ more; apply migrations with: npm run migrate$/);
  const applied = await run(migrateProgram, [], schema);
  expect(applied.text).toMatch(/\nAll are applied, in \d+\.\d s\.$/);
  expect((await run(migrateProgram, [], schema)).text).toMatch(/ lacks no migration\.$/);
  await (await startDatabase({ url: own.url, schema: 'planned', waitMaxMs: 0, migrates: false })).close();
});

test('the SQL of a plan, run by hand, makes the same tables', async () => {
  const { text } = await run(migrateProgram, ['--sql'], { DATABASE_SCHEMA: 'by_hand' });
  await own.pool.query(`create schema by_hand; ${text}`);
  expect(await tablesOf('by_hand')).toBe((await tablesOf('commerce'))! - 1);
});

test('check finds nothing wrong with a database that is ready', async () => {
  const { code, text } = await run(checkProgram, [], { MOCK_WEBHOOK_SECRETS: webhookSecret });
  expect(text.split('\n').map((line) => line[0])).toEqual(['✓', '✓', '✓', '✓', '!', '!']);
  expect(text).toMatch(/✓ database +PostgreSQL \d+/);
  expect(code).toBe(0);
});

test('check names each fault of the configuration, the database, a gateway and a broker', async () => {
  const wrong = await run(checkProgram, [], { PORT: 'x', JBOS: 'off', PRODUCTION: 'on', WEBHOOK_ALLOW_PRIVATE: 'on' });
  expect(wrong).toMatchObject({
    code: 1,
    text: expect.stringMatching(/PORT: .*\n.*WEBHOOK_ALLOW_PRIVATE: .*\n.*JBOS: /),
  });
  const unreachable = await run(checkProgram, [], {
    DATABASE_URL: 'postgres://shop:hunter2@127.0.0.1:1/shop',
    MOCK_WEBHOOK_SECRETS: webhookSecret,
    MOCK_GATEWAY_URL: 'http://127.0.0.1:1/mock',
    NATS_URL: 'nats://127.0.0.1:1',
    AMQP_URL: 'amqp://127.0.0.1:1',
  });
  expect(unreachable.code).toBe(1);
  const broken = unreachable.text.split('\n').filter((line) => line.startsWith('✗'));
  const what = ['database', 'gateway mock', 'broker nats', 'broker rabbitmq'];
  expect(broken).toEqual(what.map((name) => expect.stringContaining(`✗ ${name}`)));
  expect(unreachable.text).not.toContain('hunter2');
});

test('check says which migrations are missing', async () => {
  const { code, text } = await run(checkProgram, [], { DATABASE_SCHEMA: 'nothing_yet' });
  expect(text).toMatch(/! migrations +missing: 0000_initial, .* and \d+ more; npm run migrate applies them/);
  expect(code).toBe(0);
});

test('a known failure is explained by its message alone, and a wrong option ends with 2', async () => {
  const program = runProgram('programs/migrate.js', { DATABASE_URL: own.url }, { args: ['--apply'] });
  expect(await program.exit).toBe(2);
  expect(program.stderr()).toMatch(/^Unknown option '--apply'/);
  expect(explain(new DatabaseUnusable('why'))).toBe('why');
});
