import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createCommerce } from '@commerce-core/core';
import { openTestDatabase, type TestDatabase } from '@commerce-core/core/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from './client.ts';
import { runProgram } from './testing/program.ts';
import { until } from './testing/until.ts';

let database: TestDatabase;
let key: string;
beforeAll(async () => {
  database = await openTestDatabase();
  key = (await createCommerce({ database }).createApiKey({ name: 'test', scopes: ['catalog'] })).key;
});
afterAll(() => database?.drop());

type Exported = { path: string | undefined; headers: Record<string, unknown>; body: string };

/** A collector of OpenTelemetry that keeps what it receives. Without `replies`, it never responds. */
async function startCollector(replies = true) {
  const received: Exported[] = [];
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        received.push({ path: request.url, headers: request.headers, body });
        if (replies) response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Runs the API for one call that writes. Returns the files that it loaded, its exit code and its log. */
async function runApi(env: Record<string, string>, whileItRuns: () => Promise<unknown> = async () => {}) {
  const listing = `import { registerHooks } from 'node:module';
    const urls = [];
    registerHooks({ load: (url, context, next) => { urls.push(url); return next(url, context); } });
    process.on('exit', () => process.stderr.write(urls.join('\\n')));`;
  const program = runProgram('main.js', {
    DATABASE_URL: database.url,
    PORT: '0',
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(listing)}`,
    ...env,
  });
  try {
    const { url } = await program.said('listening');
    const client = createClient({ url, token: key });
    const sku = crypto.randomUUID();
    await client.product.create.mutate({ sku, name: 'One', priceAmount: 1, currency: 'KRW' });
    await whileItRuns();
    program.child.kill('SIGTERM');
    const code = await program.exit;
    return { loaded: program.stderr().split('\n'), code, log: program.stdout() };
  } finally {
    program.child.kill('SIGKILL');
  }
}

/** The files of OpenTelemetry and of ours that need it; a folder of pnpm may name it for another package. */
const ofOpenTelemetry = (loaded: readonly string[]): string[] =>
  loaded.filter((url) => /node_modules\/@opentelemetry\/|observability\/open-telemetry/.test(url));

test('without an endpoint a started API loads nothing of OpenTelemetry', async () => {
  const { loaded, code, log } = await runApi({});
  expect(code).toBe(0);
  expect(loaded.filter((url) => url.endsWith('/apps/api/src/start-api.ts'))).toHaveLength(1);
  expect(ofOpenTelemetry(loaded)).toEqual([]);
  expect(log).not.toContain('traceId');
});

test.each([
  ['OTEL_SDK_DISABLED', 'true'],
  ['OTEL_TRACES_EXPORTER', 'none'],
])('%s=%s switches traces off', async (name, value) => {
  const { loaded } = await runApi({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', [name]: value });
  expect(ofOpenTelemetry(loaded)).toEqual([]);
});

test('with an endpoint the API sends its spans to the collector, the last ones when it stops', async () => {
  await using collector = await startCollector();
  const { loaded, code, log } = await runApi({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20collector',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  });
  expect(code).toBe(0);
  expect(ofOpenTelemetry(loaded).join()).toContain('@opentelemetry/exporter-trace-otlp-http');
  expect(collector.received[0]).toMatchObject({ path: '/v1/traces', headers: { authorization: 'Bearer collector' } });
  const bodies = collector.received.map(({ body }) => body).join('\n');
  for (const expected of [
    'POST /trpc/product.create',
    '"transaction"',
    '"statements"',
    'commerce-api',
    'deployment.environment.name',
  ])
    expect(bodies).toContain(expected);
  const { traceId } = log
    .split('\n')
    .filter((line) => line.includes('product.create'))
    .map((line) => JSON.parse(line) as { traceId: string })[0]!;
  expect(bodies).toContain(traceId);
});

test('a collector that is down or hangs changes no call, and keeps no process that stops', async () => {
  const down = await runApi({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:1/v1/traces' });
  expect(down.code).toBe(0);
  await using collector = await startCollector(false);
  const hangs = await runApi({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, async () =>
    until(() => collector.received.length > 0),
  );
  expect(hangs.code).toBe(0);
});
