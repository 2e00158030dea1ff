import { execFileSync, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { ifFree } from './port.ts';
import { leftovers, newHome, serving, startMain } from './shop.testing.ts';
import type { Home } from './shop.testing.ts';

const homes: Home[] = [];
const home = async (): Promise<Home> => {
  const made = await newHome();
  homes.push(made);
  return made;
};

afterEach(() => {
  for (const { remove } of homes.splice(0)) remove();
});

const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');
/** What the README shows of the first start's output. */
const shownInReadme = /```\n(One order: .+?)```/s.exec(readme)?.[1] ?? 'no output in the README';

const canPaste = spawnSync('curl', ['--version']).error === undefined;

test('one start takes an order to delivery, and the next start keeps all data', async () => {
  const shop = await home();
  const first = startMain(shop);
  await first.says(serving);
  expect(first.output()).toContain(shownInReadme);
  expect(first.output()).toMatch(/signature verified.*:\n +1  order\.created\n(.*\n)+ +\d+  shipment\.delivered\n/);
  // The values to copy are as long as they are.
  const lines = first.output().split('\n');
  for (const line of lines.filter(
    (line) => !line.startsWith('  CUSTOMER_TOKEN=') && !line.startsWith('  DATABASE_URL='),
  ))
    expect(line.length, line).toBeLessThanOrEqual(80);
  const settings = shop.settings();
  const example = new URL(settings.exampleDatabaseUrl);
  expect(example.pathname).toBe('/example');
  expect(first.output()).toContain(`\n  CUSTOMER_TOKEN=${settings.customerToken}\n  DATABASE_URL=${example.href}\n`);
  expect(settings).toMatchObject({
    url: `http://127.0.0.1:${shop.port}`,
    simulatorUrl: `http://127.0.0.1:${shop.simulatorPort}`,
    adminApiKey: expect.stringMatching(/\S{20}/),
    mockWebhookSecret: expect.stringMatching(/^whsec_/),
    customerTokenSecret: expect.stringMatching(/\S{32}/),
    webhookSecretsKey: expect.stringMatching(/^\S{43}=$/),
  });
  expect(statSync(join(shop.home, '.data', 'local.json')).mode & 0o777).toBe(0o600);
  expect(first.output()).not.toContain(settings.adminApiKey);
  const orderId = await shop.orderIdIn(first.output(), /orders show (\S+)/);

  // A terminal sends the signal to every process of the group.
  first.signalGroup('SIGINT');
  expect(await first.ended).toBe(0);
  expect(first.output()).toMatch(
    /Stopping\n +Receiver stopped\n +API stopped\n +Simulator stopped\n +PostgreSQL stopped\n$/,
  );
  expect(await leftovers(shop)).toEqual([]);

  const second = startMain(shop);
  await second.says(serving);
  const other = startMain(shop);
  expect(await other.ended).toBe(1);
  expect(other.output()).toBe(
    `\nThe shop of this folder runs already, at http://127.0.0.1:${shop.port}. Use it, or stop it first.\n`,
  );
  expect(shop.settings()).toMatchObject({
    adminApiKey: settings.adminApiKey,
    mockWebhookSecret: settings.mockWebhookSecret,
    customerTokenSecret: settings.customerTokenSecret,
    customerToken: settings.customerToken,
    exampleDatabaseUrl: settings.exampleDatabaseUrl,
  });
  const kept = await shop.operator().order.get.query({ orderId });
  expect(kept).toMatchObject({ status: 'PAID', fulfillmentStatus: 'PARTIALLY_RETURNED' });
  const { items: payments } = await shop.operator().payment.list.query({ orderId });
  expect(payments).toMatchObject([{ status: 'CAPTURED', capturedAmount: kept.totalAmount }]);
  expect(second.output()).not.toContain('demo products');
  second.kill('SIGTERM');
  expect(await second.ended).toBe(0);
  expect(await leftovers(shop)).toEqual([]);
});

test.runIf(canPaste)('the printed payment works when it is pasted, and its order can be finished', async () => {
  const shop = await home();
  const run = startMain(shop);
  await run.says(serving);
  const lines = run.output().split('\n');
  const from = lines.findIndex((line) => line.includes('curl '));
  const to = lines.findIndex((line) => line.includes('"repeat": 2'));
  const pasted = lines.slice(from, to + 1).join('\n');
  const paste = () => JSON.parse(execFileSync('sh', ['-c', pasted], { encoding: 'utf8', stdio: 'pipe' })) as object;
  const paid = paste();
  expect(paid).toMatchObject({ state: 'CAPTURED', event: { state: 'DELIVERED' } });
  const { paymentId } = paid as { paymentId: string };
  type Booked = { refundedAmount: number; events: { attempts: { outcome: string; duplicate: boolean }[] }[] };
  const booked = async () =>
    (await (await fetch(`${shop.settings().simulatorUrl}/book/${paymentId}`)).json()) as Booked;
  await vi.waitFor(
    async () => {
      const attempts = (await booked()).events[0]?.attempts ?? [];
      expect(attempts.map(({ outcome }) => outcome)).toEqual(['APPLIED', 'APPLIED']);
      expect(new Set(attempts.map(({ duplicate }) => duplicate))).toEqual(new Set([false, true]));
    },
    { timeout: 60_000 },
  );
  paste();

  const operator = shop.operator();
  const orderId = await shop.orderIdIn(run.output(), /orders show (\S+)\n\nServing/);
  const [shipment] = (await operator.shipment.list.query({ orderId })).items;
  const shipmentId = shipment?.id ?? '';
  await operator.shipment.dispatch.mutate({ shipmentId, carrier: 'Demo Post', trackingNumber: 'DP-2' });
  await operator.shipment.deliver.mutate({ shipmentId });
  await operator.refund.create.mutate({ orderId, amount: 100 });
  await vi.waitFor(async () => expect(await booked()).toMatchObject({ refundedAmount: 100 }), { timeout: 60_000 });
  run.kill('SIGINT');
  expect(await run.ended).toBe(0);
});

test('two shops that start at once each have a simulator of their own', async () => {
  const shops = [await home(), await home()];
  const runs = shops.map((shop) => startMain(shop, { SIMULATOR_PORT: '' }));
  await Promise.all(runs.map((run) => run.says(serving)));
  expect(new Set(shops.map((shop) => shop.settings().simulatorUrl)).size).toBe(2);
  for (const run of runs) run.signalGroup('SIGINT');
  expect(await Promise.all(runs.map((run) => run.ended))).toEqual([0, 0]);
  for (const shop of shops) expect(await leftovers(shop)).toEqual([]);
});

test('a port in use is named, and nothing is started', async () => {
  const shop = await home();
  const other = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => other.listen(shop.port, '127.0.0.1', resolve));
  const run = startMain(shop);
  expect(await run.ended).toBe(1);
  expect(run.output()).toContain(`Port ${shop.port} is taken.`);
  expect(run.output()).toContain(`PORT=${shop.port + 5} npm start`);
  expect(existsSync(join(shop.home, '.data', 'postgres'))).toBe(false);
  await new Promise((resolve) => other.close(resolve));
});

test('a port of another program is named with the variable that sets it', async () => {
  const shop = await home();
  const other = createServer((_, response) => response.writeHead(404).end());
  const taken = (await ifFree(0, '127.0.0.1')) ?? 0;
  await new Promise<void>((resolve) => other.listen(taken, '127.0.0.1', resolve));
  const run = startMain(shop, { SIMULATOR_PORT: String(taken) });
  expect(await run.ended).toBe(1);
  expect(run.output()).toBe(
    `\nPort ${taken} is taken. Free it, or choose another one: SIMULATOR_PORT=${taken + 5} npm start\n`,
  );
  await new Promise((resolve) => other.close(resolve));
});

test.each(['PROT', 'SIMULATOR_PROT'])('a misspelled variable ends the start: %s', async (name) => {
  const run = startMain(await home(), { PORT: '', SIMULATOR_PORT: '', [name]: '4000' });
  expect(await run.ended).toBe(1);
  expect(run.output()).toContain(`${name}: is not known; did you mean ${name.replace('PROT', 'PORT')}?`);
});

test('a foreign data folder ends the start with a message and no stack', async () => {
  const shop = await home();
  mkdirSync(join(shop.home, '.data', 'postgres'), { recursive: true });
  writeFileSync(join(shop.home, '.data', 'postgres', 'thesis.txt'), 'irreplaceable');
  const run = startMain(shop);
  expect(await run.ended).toBe(1);
  expect(run.output()).toContain('is no complete data folder of ours');
  expect(run.output()).not.toContain('    at ');
});
