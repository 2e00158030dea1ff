import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { certificates } from './certificates.testing.ts';
import type { Resolve } from './checked-lookup.ts';
import { startReceiver } from './receiver.testing.ts';
import { createWebhookSender, type WebhookSenderOptions } from './webhook-sender.ts';

const opened: { close: () => Promise<void> }[] = [];
function openSender(options: WebhookSenderOptions = {}) {
  const sender = createWebhookSender({ allowPrivate: true, ...options });
  opened.push(sender);
  return sender;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map(async (sender) => sender.close()));
});

const message = { headers: { 'content-type': 'application/cloudevents+json', 'webhook-id': 'e1' }, body: '{"ä":1}' };

describe('an exchange', () => {
  test('sends the body and headers as given, and returns the status and the answer', async () => {
    await using receiver = await startReceiver((_, response) => response.writeHead(202).end('thanks'));
    const answer = await openSender().send({ ...message, url: receiver.url });
    expect(answer).toEqual({
      statusCode: 202,
      failure: null,
      answer: 'thanks',
      retryAfter: null,
      durationMs: expect.any(Number),
    });
    expect(receiver.received).toMatchObject([{ ...message, method: 'POST', path: '/hooks?a=1' }]);
  });

  test('does not follow a redirect', async () => {
    await using elsewhere = await startReceiver();
    await using receiver = await startReceiver((_, response) =>
      response.writeHead(307, { location: elsewhere.url }).end(),
    );
    expect(await openSender().send({ ...message, url: receiver.url })).toMatchObject({
      statusCode: 307,
      failure: null,
    });
    expect(elsewhere.received).toEqual([]);
  });

  test('returns the header Retry-After', async () => {
    await using receiver = await startReceiver((_, response) =>
      response.writeHead(429, { 'retry-after': '120' }).end(),
    );
    expect(await openSender().send({ ...message, url: receiver.url })).toMatchObject({
      statusCode: 429,
      retryAfter: '120',
    });
  });

  test('keeps 1 KiB of an answer of a gigabyte, and reads little more than 16 KiB of it', async () => {
    const chunk = Buffer.alloc(64 * 1_024, 'x');
    let written = 0;
    await using receiver = await startReceiver((_, response) => {
      response.writeHead(200, { 'content-length': String(1_024 ** 3) });
      const write = () => {
        while (!response.destroyed && written < 1_024 ** 3) {
          written += chunk.length;
          if (!response.write(chunk)) return;
        }
      };
      response.on('drain', write);
      write();
    });
    const answer = await openSender().send({ ...message, url: receiver.url });
    expect(answer).toMatchObject({ statusCode: 200, failure: null, answer: 'x'.repeat(1_024) });
    // What the buffers of both sockets hold.
    expect(written).toBeLessThan(64 * 1_024 ** 2);
  });

  test('ends a slow answer at the deadline, and keeps its start', async () => {
    await using receiver = await startReceiver((_, response) => {
      response.writeHead(200).write('begun');
      const drip = setInterval(() => response.write('.'), 20);
      response.once('close', () => clearInterval(drip));
    });
    const answer = await openSender({ deadlineMs: 500 }).send({ ...message, url: receiver.url });
    expect(answer).toMatchObject({ statusCode: 200, failure: 'timeout', answer: expect.stringMatching(/^begun\.+$/) });
    expect(answer.durationMs).toBeGreaterThanOrEqual(490);
  });

  test('ends at the deadline when the receiver never replies', async () => {
    await using receiver = await startReceiver(() => {});
    expect(await openSender({ deadlineMs: 200 }).send({ ...message, url: receiver.url })).toMatchObject({
      statusCode: null,
      failure: 'timeout',
    });
  });

  test('ends at the deadline when a name server never replies', async () => {
    const sender = openSender({ deadlineMs: 200, resolve: async () => new Promise(() => {}) });
    expect(await sender.send({ ...message, url: 'http://shop.test/' })).toMatchObject({ failure: 'timeout' });
  });

  test('ends when its signal aborts', async () => {
    await using receiver = await startReceiver(() => {});
    const stopping = new AbortController();
    const sent = openSender().send({ ...message, url: receiver.url }, stopping.signal);
    await expect.poll(() => receiver.received).toHaveLength(1);
    stopping.abort();
    expect(await sent).toMatchObject({ statusCode: null, failure: 'timeout' });
  });

  test('ignores proxies of the environment', async () => {
    await using proxy = await startReceiver();
    await using receiver = await startReceiver();
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']) vi.stubEnv(name, new URL(proxy.url).origin);
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');
    expect(await openSender().send({ ...message, url: receiver.url })).toMatchObject({ statusCode: 204 });
    expect(proxy.received).toEqual([]);
  });

  test('replaces NUL, which PostgreSQL can not store', async () => {
    await using receiver = await startReceiver((_, response) => response.end('a\0b'));
    expect(await openSender().send({ ...message, url: receiver.url })).toMatchObject({ answer: 'ab' });
  });

  test('reports a receiver that does not listen, or does not speak HTTP', async () => {
    const server = createServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('what?\r\n\r\n'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(await openSender().send({ ...message, url })).toMatchObject({ statusCode: null, failure: 'connection' });
    await new Promise((resolve) => server.close(resolve));
    expect(await openSender().send({ ...message, url })).toMatchObject({ statusCode: null, failure: 'connection' });
  });
});

describe('a certificate', () => {
  const { trusted, expired } = certificates;

  test('is accepted when it is valid for the name', async () => {
    await using receiver = await startReceiver(undefined, trusted);
    const sender = openSender({ ca: trusted });
    const url = receiver.url.replace('127.0.0.1', 'localhost');
    expect(await sender.send({ ...message, url })).toMatchObject({ statusCode: 204, failure: null });
  });

  test.each([
    ['that no authority has signed', trusted, {}, '127.0.0.1'],
    ['that has expired', expired, { ca: expired }, '127.0.0.1'],
    ['of another name', trusted, { ca: trusted, resolve: async () => ['127.0.0.1'] }, 'shop.test'],
  ])('%s is a failure, and nothing is sent', async (_, cert, options, host) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    await using receiver = await startReceiver(undefined, cert);
    const url = receiver.url.replace('127.0.0.1', host);
    expect(await openSender(options).send({ ...message, url })).toMatchObject({
      statusCode: null,
      failure: 'certificate',
    });
    expect(receiver.received).toEqual([]);
  });
});

describe('a receiver in a private network', () => {
  test.each(['https://127.0.0.1:PORT/', 'https://[::ffff:127.0.0.1]:PORT/', 'https://0x7f000001:PORT/'])(
    'is not called by a literal address: %s',
    async (template) => {
      await using receiver = await startReceiver(undefined, certificates.trusted);
      const sender = openSender({ allowPrivate: false, ca: certificates.trusted });
      const url = template.replace('PORT', String(receiver.port));
      expect(await sender.send({ ...message, url })).toMatchObject({ failure: 'address_not_allowed' });
      expect(receiver.received).toEqual([]);
    },
  );

  test('is not called by a name that has a public address, too', async () => {
    await using receiver = await startReceiver(undefined, certificates.trusted);
    const resolve = async () => ['1.1.1.1', '127.0.0.1'];
    const sender = openSender({ allowPrivate: false, ca: certificates.trusted, resolve });
    const url = `https://localhost:${receiver.port}/`;
    expect(await sender.send({ ...message, url })).toMatchObject({ failure: 'address_not_allowed' });
    expect(receiver.received).toEqual([]);
  });

  test('is not called by a name that had a public address before', async () => {
    await using receiver = await startReceiver(undefined, certificates.trusted);
    const answers = [['1.1.1.1'], ['127.0.0.1']];
    const resolve = vi.fn<Resolve>(async () => answers.shift() ?? []);
    const sender = openSender({ allowPrivate: false, ca: certificates.trusted, resolve, deadlineMs: 300 });
    const url = `https://localhost:${receiver.port}/`;
    // The first address is allowed. No receiver of ours listens there, so the exchange fails in some other way.
    const { failure } = await sender.send({ ...message, url });
    expect(failure).not.toBe('address_not_allowed');
    expect(await sender.send({ ...message, url })).toMatchObject({ failure: 'address_not_allowed' });
    expect(receiver.received).toEqual([]);
  });

  test('each connection asks for the name once, and goes to the address that was checked', async () => {
    await using receiver = await startReceiver(undefined, certificates.trusted);
    // A second look would find an address where nothing listens.
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const resolve = vi.fn<Resolve>(async () => answers.shift() ?? []);
    const sender = openSender({ ca: certificates.trusted, resolve });
    const url = `https://localhost:${receiver.port}/`;
    expect(await sender.send({ ...message, url })).toMatchObject({ statusCode: 204 });
    expect(resolve).toHaveBeenCalledOnce();
  });
});
