import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Reply } from './shop.testing.ts';
import { applied, startTestShop, until } from './shop.testing.ts';

const secret = `whsec_${Buffer.from('a secret between shop and gateway').toString('base64')}`;

async function startProcess(env: Record<string, string>) {
  const child = fork(fileURLToPath(new URL('main.ts', import.meta.url)), {
    env: { PATH: process.env['PATH'], PORT: '0', ...env },
    execArgv: [],
    silent: true,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.err += text));
  // The event 'close' is not emitted after a disconnect.
  const ended = once(child, 'exit') as Promise<[number | null]>;
  await Promise.race([once(child.stdout!, 'data'), ended]);
  return { child, output, ended, url: /http:\S+:\d+/.exec(output.out)?.[0] };
}

test.each<[string, (child: ChildProcess) => void]>([
  ['SIGTERM', (child) => child.kill('SIGTERM')],
  ['SIGINT', (child) => child.kill('SIGINT')],
  ['the end of the parent process', (child) => child.disconnect()],
])('%s ends the process after the shop has responded to the current delivery', async (_, end) => {
  const reached = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Reply>();
  const shop = await startTestShop(() => {
    reached.resolve();
    return answer.promise;
  });
  const { child, ended, url } = await startProcess({ WEBHOOK_URL: shop.url, MOCK_WEBHOOK_SECRET: secret });
  const paid = fetch(`${url}/pay`, {
    method: 'POST',
    body: JSON.stringify({ paymentId: 'pay-1', amount: 5, currency: 'KRW', outcome: 'AUTHORIZED' }),
  });
  await reached.promise;
  end(child);
  answer.resolve(applied);
  expect(await (await paid).json()).toMatchObject({ event: { state: 'DELIVERED' } });
  expect((await ended)[0]).toBe(0);
});

test('a SIGKILL among payments loses none that was acknowledged', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const shop = await startTestShop(() => applied);
  const env = { WEBHOOK_URL: shop.url, MOCK_WEBHOOK_SECRET: secret, BOOK_FILE: join(folder, 'book.jsonl') };
  const first = await startProcess(env);
  const acknowledged: string[] = [];
  const shopper = async (_: unknown, index: number): Promise<void> => {
    for (let number = 1; ; number += 1) {
      const paymentId = `pay-${index}-${number}`;
      const body = JSON.stringify({ paymentId, amount: 5, currency: 'KRW', outcome: 'AUTHORIZED' });
      const paid = await fetch(`${first.url}/pay`, { method: 'POST', body }).catch(() => undefined);
      if (!paid?.ok) return;
      acknowledged.push(paymentId);
    }
  };
  const shoppers = Promise.all(Array.from({ length: 8 }, shopper));
  await until(() => acknowledged.length >= 50);
  first.child.kill('SIGKILL');
  await shoppers;

  const { url } = await startProcess(env);
  for (const paymentId of acknowledged) {
    const entry = await (await fetch(`${url}/book/${paymentId}`)).json();
    expect(entry).toMatchObject({ state: 'AUTHORIZED', charged: { amount: 5 } });
  }
  const { items } = (await (await fetch(`${url}/book?limit=500`)).json()) as { items: { paymentId: string }[] };
  const webhooks = () =>
    new Set(shop.received.map(({ body }) => (JSON.parse(body) as { paymentId: string }).paymentId));
  await until(() => items.every(({ paymentId }) => webhooks().has(paymentId)));
});

test('a missing address and an invalid secret stop the start with a message that names both', async () => {
  const { output, ended } = await startProcess({ MOCK_WEBHOOK_SECRET: 'whsec_nothing' });
  expect((await ended)[0]).toBe(2);
  await until(() => /WEBHOOK_URL[^]*MOCK_WEBHOOK_SECRET/.test(output.err));
  expect(output.err).not.toMatch(/whsec_nothing|at .*\.ts/);
});

test('a port that is taken stops the start with a message that names the port', async () => {
  const first = await startProcess({ WEBHOOK_URL: 'http://127.0.0.1:9/', MOCK_WEBHOOK_SECRET: secret });
  const port = new URL(first.url!).port;
  const second = await startProcess({ WEBHOOK_URL: 'http://127.0.0.1:9/', MOCK_WEBHOOK_SECRET: secret, PORT: port });
  expect((await second.ended)[0]).toBe(1);
  await until(() => second.output.err.includes(`port ${port} is taken`));
});
