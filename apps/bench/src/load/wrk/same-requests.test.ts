import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { chooseLoadProgram } from '../load-program.ts';
import { startLoadProcess } from '../load-process.ts';
import { findWrk } from './find-wrk.ts';
import { flowAt, ordersAt, shop, startServer, webhooksAt, type Received } from './recording-server.ts';

const wrk = findWrk();
if (!wrk) console.warn('SKIPPED: wrk is not installed (apt-get install wrk), so the load that it sends is not tested');

const node = startLoadProcess();
afterAll(() => node.stop());

const uuid = /[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}/g;

/** Replaces what differs between two requests of the same kind, and leaves the rest. */
function shapeOf({ method, path, headers, body }: Received) {
  const tokens = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;
  const texts = Object.entries(headers).map(([name, value]) => {
    const text = String(value).replaceAll(uuid, 'UUID').replaceAll(tokens, 'TOKEN');
    return [name, name === 'webhook-signature' ? text.replace(/,.*$/, ',SIGNATURE') : text.replaceAll(/\d+/g, 'N')];
  });
  // wrk knows a response's call by this header.
  const named = texts.filter(([name]) => name !== 'x-request-id');
  return {
    method,
    path,
    headers: named.toSorted(([a = ''], [b = '']) => a.localeCompare(b)),
    body: body.replaceAll(uuid, 'UUID').replaceAll(/\d+/g, 'N'),
  };
}

describe.skipIf(!wrk)('the load by wrk', () => {
  test.each([
    ['order.create', ordersAt, 1],
    ['an order that fails', (url: string) => ordersAt(url, { failShare: 1 }), 1],
    ['an order that ships', (url: string) => ordersAt(url, { shippingOptionId: randomUUID() }), 1],
    ['webhook', webhooksAt, 1],
    ['whole flow', flowAt, 3],
  ])('%s: wrk and the Node program send the same requests', async (_, jobAt, count) => {
    const { url, received } = await startServer(shop);
    await chooseLoadProgram(node, 'node').run(jobAt(url));
    const ofNode = received.splice(0).slice(0, count).map(shapeOf);
    await chooseLoadProgram(node, 'wrk').run(jobAt(url));
    const ofWrk = received.slice(0, count).map(shapeOf);
    expect(ofNode).toHaveLength(count);
    expect(ofWrk).toEqual(ofNode);
  });
});
