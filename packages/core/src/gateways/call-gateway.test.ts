import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { callGateway, type CallPolicy } from './call-gateway.ts';
import { startFakeGatewayApi, type FakeApiResponse } from '../testing/fake-gateway-api.ts';

const quick: CallPolicy = { timeoutMs: 10_000, triesMax: 2 };
const ok: FakeApiResponse = { status: 200, body: { done: true } };

/** A gateway that gives one answer after the other and repeats the last one; and the times of its calls. */
async function startGateway(...answers: FakeApiResponse[]) {
  const times: number[] = [];
  const {
    url,
    requests: asked,
    calls,
  } = await startFakeGatewayApi((_, number) => {
    times.push(performance.now());
    return answers[Math.min(number, answers.length) - 1]!;
  });
  const call = (policy = quick, init: RequestInit = {}) => callGateway(`${url}/pay`, init, policy);
  return { call, asked, calls, times };
}

describe('an answer below 500', () => {
  test.each([200, 201, 400, 401, 402, 403, 404, 409, 422])(
    'of status %s is returned and the call is not repeated',
    async (status) => {
      const { call, calls } = await startGateway({ status, body: { code: 'c' } }, ok);
      expect(await call()).toEqual({ status, body: { code: 'c' } });
      expect(calls()).toHaveLength(1);
    },
  );

  test('has an undefined body where the body is not JSON', async () => {
    const { call } = await startGateway({ status: 404, body: '<html>' });
    expect(await call()).toEqual({ status: 404, body: undefined });
  });
});

describe('a call is repeated with the same request', () => {
  test.each<[string, FakeApiResponse]>([
    ['a 500', { status: 500 }],
    ['a 502', { status: 502, body: '<html>' }],
    ['a 503', { status: 503 }],
    ['too many calls', { status: 429 }],
    ['a connection that breaks', 'hang up'],
  ])('after %s', async (_, answer) => {
    const { call, asked } = await startGateway(answer, ok);
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'key-1' };
    expect(await call(quick, { method: 'POST', headers, body: '{"amount":1}' })).toEqual({
      status: 200,
      body: { done: true },
    });
    const sent = asked.map((one) => [one.call, one.headers['idempotency-key'], one.body]);
    expect(sent).toEqual([
      ['POST /pay', 'key-1', { amount: 1 }],
      ['POST /pay', 'key-1', { amount: 1 }],
    ]);
  });

  test('after a time-out', async () => {
    const { call, calls } = await startGateway('silence', ok);
    expect(await call({ timeoutMs: 2_000, triesMax: 2 })).toMatchObject({ status: 200 });
    expect(calls()).toHaveLength(2);
  });

  test.each([1, 2, 3])('%s times at most as the policy sets', async (triesMax) => {
    const { call, calls } = await startGateway({ status: 500 });
    await expect(call({ timeoutMs: 10_000, triesMax })).rejects.toThrow('the gateway gave no usable answer: 500');
    expect(calls()).toHaveLength(triesMax);
  });

  test('after a pause that doubles', async () => {
    const { call, times } = await startGateway({ status: 500 }, { status: 500 }, ok);
    await call({ timeoutMs: 10_000, triesMax: 3 });
    const [first, second, third] = times as [number, number, number];
    expect(second - first).toBeGreaterThan(95);
    expect(third - second).toBeGreaterThan(195);
  });
});

describe('a try ends by its time-out', () => {
  /** A gateway that never ends its answer; its open connections; and how many were open at each request. */
  async function startEndlessGateway(begins: boolean) {
    const connections = new Set<unknown>();
    const open: number[] = [];
    const server = createServer((_, response) => {
      open.push(connections.size);
      if (begins) response.writeHead(200).write('{');
    });
    server.on('connection', (socket) => {
      connections.add(socket);
      socket.on('close', () => connections.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections, open };
  }

  test.each([
    ['without an answer', false],
    ["with an answer that doesn't end", true],
  ])('%s, and is aborted before the next one begins', async (_, begins) => {
    const { url, connections, open } = await startEndlessGateway(begins);
    const began = performance.now();
    await expect(callGateway(url, {}, { timeoutMs: 300, triesMax: 2 })).rejects.toThrow('nothing within 300 ms');
    expect(performance.now() - began).toBeGreaterThan(600);
    expect(open).toEqual([1, 1]);
    await expect.poll(() => connections.size).toBe(0);
  });
});

test('a redirect is not followed, because the credentials would go with it', async () => {
  const { requests: redirected, url } = await startFakeGatewayApi(() => ok);
  const server = createServer((_, response) => response.writeHead(307, { location: url }).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  await expect(callGateway(`http://127.0.0.1:${port}`, {}, quick)).rejects.toThrow('the gateway gave no usable answer');
  expect(redirected).toEqual([]);
});

test('the error contains the cause but neither headers nor bodies', async () => {
  const init = { method: 'POST', headers: { authorization: 'Bearer secret-1' }, body: 'secret-2' };
  const { call } = await startGateway({ status: 500, body: { secret: 'secret-3' } });
  const thrown = await call(quick, init).catch((error: unknown) => error);
  expect(thrown).toEqual(new Error('the gateway gave no usable answer: 500'));
  const { call: breaking } = await startGateway('hang up');
  await expect(breaking(quick, init)).rejects.toEqual(new Error('the gateway gave no usable answer: UND_ERR_SOCKET'));
});
