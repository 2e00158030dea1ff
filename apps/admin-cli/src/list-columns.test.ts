import { stripVTControlCharacters } from 'node:util';
import type { Command } from 'commander';
import { beforeAll, expect, test } from 'vitest';
import { until } from '@commerce-core/api/testing';
import { processContext } from './command-context.ts';
import { atSimulator, paidOrder } from './testing/paid-order.ts';
import { createProgram } from './program.ts';
import { runCommerce, type Ran } from './testing/run-commerce.ts';
import { useShop } from './testing/shop.ts';

const shop = useShop();

const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
const pathOf = (command: Command): string[] => (command.parent ? [...pathOf(command.parent), command.name()] : []);

const longSku = `MUG-${'BLUE-'.repeat(6)}LARGE`;
/** What the arguments of lists name. */
const names: Record<string, string> = { product: longSku };
/** Lists that are empty in this shop: it has no broker and no profiles. */
const empty = ['sinks list', 'profiles list'];

const lists = leaves(await createProgram(processContext()))
  .filter((command) => /^(list|movements|history|deliveries)$/.test(command.name()))
  .map((command) => [pathOf(command).join(' '), command] as const);

beforeAll(async () => {
  const { client } = shop;
  const long = await client.product.create.mutate({
    sku: longSku,
    name: 'A mug with a handle, which is blue on the outside and white on the inside',
    priceAmount: 123_456_789,
    currency: 'KRW',
  });
  await client.stock.receive.mutate({ productId: long.id, quantity: 1_000_000, reason: 'the delivery of this year' });
  const { orderId, paymentId, productId } = await paidOrder(shop);
  const lines = [{ productId, quantity: 1 }];
  await client.order.create.mutate({ customerId: 'customer-with-a-long-name', reference: 'by phone', lines });
  names['order'] = (await client.order.get.query({ orderId })).number;
  const [shipment] = (await client.shipment.list.query({ orderId })).items;
  const label = { shipmentId: shipment!.id, carrier: 'Deutsche Post DHL', trackingNumber: '00340434161094000001' };
  names['parcel'] = (await client.shipment.dispatch.mutate(label)).parcels[0]!.id;
  const { carrier, trackingNumber } = label;
  const checkpoint = { checkpointId: 'c1', tracking: 'MOVING', detail: 'has left the parcel centre of the region' };
  await shop.api.sendTracking({ reports: [{ carrier, trackingNumber, checkpoints: [checkpoint] }] });
  await client.return.request.mutate({ orderId, lines: [{ lineNo: 1, quantity: 1 }], reason: 'too blue' });
  await atSimulator(shop, '/dashboard/disputes', { paymentId, amount: 700 });
  await client.refund.create.mutate({ orderId, amount: 100 });
  await client.shippingOption.create.mutate({
    name: 'Standard, by the cheapest carrier',
    priceAmount: 1_490,
    currency: 'EUR',
    freeFromAmount: 123_456_700,
    countries: ['DE', 'AT', 'CH', 'FR', 'IT', 'ES', 'PT', 'NL', 'BE'],
  });
  const url = 'http://127.0.0.1:9/a/long/path/to/the/program/that/gets/the/events';
  names['endpoint'] = (await client.webhookEndpoint.create.mutate({ url, types: ['order.created'] })).id;
  await client.order.create.mutate({ customerId: 'ana', lines });
  await until(async () => (await shop.run('webhooks', 'deliveries', names['endpoint']!)).out !== '');
  await client.payment.poll.mutate({ paymentId });
  await shop.api.commerce.signIn({ key: await shop.api.createApiKey() });
});

const argumentsOf = (command: Command): string[] =>
  command.registeredArguments.map((argument) => names[argument.name()] ?? 'x');

/** Runs a command as on a terminal of 80 columns. */
async function runAt80(command: Command, colour: boolean): Promise<Ran> {
  const terminal = { isTTY: true, columns: 80 } as const;
  process.env['FORCE_COLOR'] = colour ? '1' : '0';
  try {
    return await runCommerce(shop.folder, [...pathOf(command), ...argumentsOf(command)], {}, { terminal });
  } finally {
    delete process.env['FORCE_COLOR'];
  }
}

test('the lists are those that are known', () => {
  expect(lists.map(([name]) => name)).toEqual(expect.arrayContaining(['orders list', 'stock movements', 'keys list']));
  expect(lists.length).toBeGreaterThanOrEqual(19);
});

test.each(lists.filter(([name]) => !empty.includes(name)))(
  '%s fits into 80 columns, and says which columns have no room',
  async (_, command) => {
    const plain = await runAt80(command, false);
    expect(plain).toMatchObject({ code: 0 });
    const lines = plain.out.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);

    const wide = await runCommerce(shop.folder, [...pathOf(command), ...argumentsOf(command)]);
    const headsOf = (line = '') => line.split(/ {2,}|\s+$/).filter((head) => head !== '');
    const heads = headsOf(wide.out.split('\n')[0]);
    const shown = headsOf(lines[0]);
    const note = lines.slice(lines.findIndex((line) => line.startsWith('(No room for '))).join(' ');
    for (const head of heads.filter((one) => !shown.includes(one))) expect(note).toContain(head);

    const coloured = await runAt80(command, true);
    expect(coloured.out).not.toBe(plain.out);
    expect(
      stripVTControlCharacters(coloured.out)
        .split('\n')
        .map((line) => line.length),
    ).toEqual(plain.out.split('\n').map((line) => line.length));
  },
);

test.each(lists.filter(([name]) => !empty.includes(name)))('%s prints a page as JSON', async (_, command) => {
  const page = await shop.json(...pathOf(command), ...argumentsOf(command));
  expect(Object.keys(page).toSorted()).toEqual(expect.arrayContaining(['items', 'nextCursor']));
  expect(page.items.length).toBeGreaterThan(0);
});

test('orders show prints an order with everything that belongs to it as JSON', async () => {
  const parts = ['disputes', 'history', 'order', 'payments', 'refunds', 'returns', 'shipments'];
  expect(Object.keys(await shop.json('orders', 'show', names['order']!)).toSorted()).toEqual(parts);
});

test.each(['products list', 'orders list', 'orders show', 'refunds list', 'payments list', 'returns list'])(
  '%s shows SKUs and numbers in one piece at 80 columns',
  async (name) => {
    const command = leaves(await createProgram(processContext())).find((one) => pathOf(one).join(' ') === name);
    const { out } = await runAt80(command!, false);
    expect(out).toContain(name === 'products list' ? longSku : names['order']);
  },
);
