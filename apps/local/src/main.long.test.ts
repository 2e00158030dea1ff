import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
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

const clone = join(import.meta.dirname, '../../..');
const { scripts } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** Runs a script of the clone's package.json, with the files that this shop has in its `.data`. */
const runScript = async ({ home }: Home, name: string): Promise<string> => {
  const command = (scripts[name] ?? '')
    .replace(/^exec sh scripts.with-workspace.sh \w+ /, '')
    .replace('.data', join(home, '.data'));
  const { DATABASE_URL: _url, ...env } = process.env;
  return (await promisify(execFile)('sh', ['-c', command], { cwd: clone, env })).stdout;
};

const runReadmePrograms = async (shop: Home, availableQty: number): Promise<void> => {
  expect(await runScript(shop, 'example:http')).toMatch(/: PAID, \d+ EUR\n$/);
  expect(await runScript(shop, 'example:embedded')).toContain(`availableQty: ${availableQty},`);
};

test('both programs of docs/programs.md run beside the shop, also a second time and at the next start', async () => {
  const shop = await home();
  for (const [day, quantities] of [[5, 10], [15]].entries()) {
    const run = startMain(shop);
    await run.says(serving);
    for (const availableQty of quantities) await runReadmePrograms(shop, availableQty);
    expect((await shop.operator().product.list.query({ sku: 'CUP' })).items, `day ${day}`).toEqual([]);
    run.signalGroup('SIGINT');
    expect(await run.ended).toBe(0);
  }
});

test('after a SIGKILL the next start takes over PostgreSQL with all data', async () => {
  const shop = await home();
  const killed = startMain(shop);
  await killed.says(serving);
  const orderId = await shop.orderIdIn(killed.output(), /orders show (\S+)/);
  const postgres = shop.postgresPid();
  killed.signalGroup('SIGKILL');
  await killed.ended;

  const next = startMain(shop);
  await next.says(serving);
  expect(next.output()).toContain('still running from an earlier start');
  expect(shop.postgresPid()).toBe(postgres);
  expect(await shop.operator().order.get.query({ orderId })).toMatchObject({ fulfillmentStatus: 'PARTIALLY_RETURNED' });
  next.signalGroup('SIGINT');
  expect(await next.ended).toBe(0);
  expect(await leftovers(shop)).toEqual([]);
});

test('Ctrl-C at any moment of a start ends it cleanly', async () => {
  const shop = await home();
  for (let afterMs = 150; afterMs <= 2_500; afterMs += 330) {
    const run = startMain(shop);
    await delay(afterMs);
    run.signalGroup('SIGINT');
    const code = await run.ended;
    // Before Node has read our program, the system handles the signal.
    expect([0, null], `interrupted after ${afterMs} ms:\n${run.output()}`).toContain(code);
    expect(await leftovers(shop), `interrupted after ${afterMs} ms:\n${run.output()}`).toEqual([]);
  }
  const last = startMain(shop);
  await last.says(serving);
  last.signalGroup('SIGINT');
  expect(await last.ended).toBe(0);
});

test('every order acknowledged before Ctrl-C under load exists at the next start', async () => {
  const shop = await home();
  const first = startMain(shop);
  await first.says(serving);
  const operator = shop.operator();
  const { items } = await operator.product.list.query({ sku: 'FILTER-PAPER-100', limit: 1 });
  const productId = items[0]?.id ?? '';
  await operator.stock.receive.mutate({ productId, quantity: 100_000 });

  const answered: string[] = [];
  const shopper = async (): Promise<void> => {
    for (;;) {
      try {
        const { id } = await operator.order.create.mutate({ lines: [{ productId, quantity: 1 }], customerId: 'crowd' });
        answered.push(id);
      } catch {
        return;
      }
    }
  };
  const crowd = Promise.all(Array.from({ length: 16 }, shopper));
  while (answered.length < 200) await delay(5);
  first.signalGroup('SIGINT');
  await crowd;
  expect(await first.ended).toBe(0);

  const second = startMain(shop);
  await second.says(serving);
  for (const orderId of answered) {
    expect(await shop.operator().order.get.query({ orderId })).toMatchObject({ status: 'CREATED' });
  }
  expect((await shop.operator().system.doctor.query()).violations).toEqual([]);
  second.signalGroup('SIGINT');
  expect(await second.ended).toBe(0);
});

test('when PostgreSQL dies, the shop reports it, stops and exits with an error', async () => {
  const shop = await home();
  const run = startMain(shop);
  await run.says(serving);
  process.kill(shop.postgresPid() ?? NaN, 'SIGKILL');
  expect(await run.ended).toBe(1);
  expect(run.output()).toContain('PostgreSQL ended by itself.');

  const next = startMain(shop);
  await next.says(serving);
  next.signalGroup('SIGINT');
  expect(await next.ended).toBe(0);
  expect(await leftovers(shop)).toEqual([]);
});
