import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';
import { expect, test } from 'vitest';
import { chromium, openPage } from './testing/programs/chromium.ts';
import { openFaultInjectingProxy } from './testing/fault-injecting-proxy.ts';
import { startTestApi, until } from './testing/index.ts';

if (chromium === undefined)
  console.warn(
    '\n*** SKIPPED: the typed client in a browser. Chromium is not installed (apt-get install chromium). ***\n',
  );

type Report = {
  orderId?: string;
  payment?: { id: string; amount: number; currency: string };
  version?: number;
  status?: string;
  error?: string;
};

/** Bundles a page's program as a front end would, for a browser. */
async function bundle(file: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, rolldownOptions: { input: fileURLToPath(new URL(file, import.meta.url)) } },
  });
  // `build` returns a list for several outputs, and a watcher for builds that are repeated. This build is neither.
  const { output } = built as Rolldown.RolldownOutput;
  return output[0].code;
}

/** Serves the page, and what its program requests. `reports` is what the program has reported. */
async function servePage(settings: () => object, token: () => Promise<string>) {
  const program = await bundle('./testing/browser-page.ts');
  const reports: Report[] = [];
  const replies: Record<string, [type: string, body: (sent: string) => string | Promise<string>]> = {
    '/': ['text/html', () => '<!doctype html><title>Shop</title><script type="module" src="/program.js"></script>'],
    '/program.js': ['text/javascript', () => program],
    '/settings': ['application/json', () => JSON.stringify(settings())],
    '/token': ['text/plain', token],
    '/report': [
      'text/plain',
      (sent) => {
        // The program's own report.
        reports.push(JSON.parse(sent) as Report);
        return '';
      },
    ],
  };
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = await text(request);
    const [type, body] = replies[request.url ?? ''] ?? [];
    if (!type || !body) return void response.writeHead(404).end();
    response.setHeader('content-type', type).end(await body(sent));
  };
  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    reports,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

test.skipIf(chromium === undefined)(
  'a page of another origin orders, pays and watches its order until it is PAID, also over broken connections',
  async () => {
    let settings = {};
    let tokens = 0;
    let signToken: () => Promise<string> = async () => '';
    const page = await servePage(
      () => settings,
      async () => {
        tokens += 1;
        return signToken();
      },
    );
    const api = await startTestApi({ jobs: true, corsOrigins: [page.origin] });
    signToken = async () => api.customerToken('customer-1');
    const proxy = await openFaultInjectingProxy(() => api.url);
    settings = { apiUrl: proxy.url, productId: await api.createProduct({ quantity: 5 }) };
    const browser = openPage(page.origin);
    try {
      const statuses = () => page.reports.flatMap(({ status }) => status ?? []);
      const streams = () =>
        api.logLines().filter(({ method, path }) => method === 'GET' && path === '/trpc/order.watch').length;
      const { payment } = await until(() => page.reports.find((report) => report.payment ?? report.error));
      await until(() => statuses().includes('PAYMENT_PENDING') && streams() > 0);
      const begunTokens = tokens;
      for (let round = 0; round < 3; round += 1) {
        const opened = streams();
        await proxy.disconnect();
        await proxy.reconnect();
        await until(() => streams() > opened);
      }
      // No count of streams: the browser itself repeats a request, with its token, that a kept connection has lost.
      expect(tokens).toBeGreaterThan(begunTokens);
      const { id: paymentId, amount, currency } = payment ?? {};
      await api.sendWebhook({ type: 'CAPTURED', paymentId, amount, currency });
      await until(() => statuses().includes('PAID'));
      expect(page.reports.flatMap(({ error }) => error ?? [])).toEqual([]);
      const versions = page.reports.flatMap(({ version }) => version ?? []);
      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    } finally {
      await browser.close();
      page.close();
      await proxy.close();
      await api.close();
    }
  },
);
