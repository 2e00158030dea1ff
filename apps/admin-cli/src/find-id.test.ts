import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Command } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processContext } from './command-context.ts';
import { idPlaceholders } from './find-id.ts';
import { isIrreversible } from './terminal/irreversible.ts';
import { paidOrder } from './testing/paid-order.ts';
import { createProgram } from './program.ts';
import { runCommerce } from './testing/run-commerce.ts';
import { useShop } from './testing/shop.ts';

const shop = useShop();

// Forwards what reads, and records what a command calls besides its look-ups. Mutations are refused as a shop refuses
// them, so that nothing changes and no command tries again.
const refusal = JSON.stringify({
  error: { message: 'no', code: -32_003, data: { code: 'forbidden', httpStatus: 403 } },
});
let calls: string[] = [];
const isLookup = (url: string) => /\/(system\.lookUp|product\.(get|list))\b/.test(url);
async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const url = request.url ?? '';
  if (!isLookup(url)) calls.push(`${url} ${body}`);
  const json = { 'content-type': 'application/json' };
  if (request.method === 'POST') return void response.writeHead(403, json).end(refusal);
  const headers = { authorization: request.headers.authorization ?? '' };
  const answer = await fetch(`${shop.api.url}${url}`, { headers });
  response.writeHead(answer.status, json).end(await answer.text());
}
const recorder = createServer((request, response) => {
  // A command that has failed waits for no other look-up.
  respond(request, response).catch(() => response.destroy());
});
let env: Record<string, string>;
/** Texts that name one thing: its id first. */
const names: Record<string, string[]> = {};

/** Enough of an id to tell it from others of the same millisecond. */
const beginning = (id: string): string => id.slice(0, 23);

beforeAll(async () => {
  await new Promise<void>((resolve) => recorder.listen(0, '127.0.0.1', resolve));
  env = await shop.through(`http://127.0.0.1:${(recorder.address() as AddressInfo).port}`);
  const { productId, paymentId } = await paidOrder(shop);
  const { sku } = await shop.client.product.get.query({ productId });
  const lines = [{ productId, quantity: 1 }];
  const order = await shop.client.order.create.mutate({ customerId: 'ana', reference: 'by phone 4711', lines });
  const paid = (await shop.client.payment.get.query({ paymentId })).orderId;
  const shipment = (await shop.client.shipment.list.query({ orderId: paid })).items[0]!.id;
  const label = { shipmentId: shipment, carrier: 'DHL', trackingNumber: shipment };
  const parcel = (await shop.client.shipment.dispatch.mutate(label)).parcels[0]!.id;
  const request = { orderId: paid, lines: [{ lineNo: 1, quantity: 1 }] };
  const { id: aReturn } = await shop.client.return.request.mutate(request);
  const { messageId: message } = (
    await shop.api.sendTracking({
      reports: [{ carrier: 'mock', trackingNumber: 'none', checkpoints: [{ checkpointId: 'c', tracking: 'MOVING' }] }],
    })
  ).body;
  const event = (await shop.client.gatewayEvent.list.query({ paymentId })).items[0]!.id;
  const url = 'http://127.0.0.1:9/';
  const { id: endpoint } = await shop.client.webhookEndpoint.create.mutate({ url, types: ['endpoint.failing'] });
  const { id: option } = await shop.client.shippingOption.create.mutate({
    name: 'Parcel',
    priceAmount: 490,
    currency: 'GBP',
  });
  for (const [name, id] of Object.entries({
    payment: paymentId,
    shipment,
    'into-shipment': shipment,
    parcel,
    return: aReturn,
    message,
    option,
    event,
    endpoint,
  }))
    names[name] = [id, beginning(id), beginning(id).replaceAll('-', '').toUpperCase()];
  const { number } = order;
  names['order'] = [order.id, beginning(order.id), 'by phone 4711', number, number.toLowerCase().replace('-', '')];
  const created = await shop.client.apiKey.create.mutate({ name: 'warehouse', scopes: ['stock'] });
  names['key'] = [created.id, beginning(created.id), 'warehouse'];
  const { sessionId } = await shop.api.commerce.signIn({ key: created.key });
  names['session'] = [sessionId, beginning(sessionId)];
  names['product'] = [productId, beginning(productId), sku];
  names['product=units'] = names['product'].map((text) => `${text}=1`);
});
afterAll(() => void recorder.close());

const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
const pathOf = (command: Command): string[] => (command.parent ? [...pathOf(command.parent), command.name()] : []);
const placeholderOf = (flags: string): string => /<([\w:-]+)>/.exec(flags)?.[1] ?? '';

/** The placeholders that name no thing of the shop. */
const others: Record<string, string> = {
  text: 'a note',
  sink: 'broker',
  sku: 'SKU-1',
  name: 'x',
  price: '1',
  currency: 'GBP',
  units: '1',
  'line=units': '1=1',
  carrier: 'DHL',
  'tracking-number': '1',
  decision: 'accept',
  provider: 'mock',
  client: 'x',
  customer: 'x',
  file: 'x',
  url: 'https://erp.example/',
  to: '0',
  what: 'payment.captured',
  shell: 'bash',
  token: 'x',
};
const productNames = ['product', 'product=units'];
const isThing = (name: string): boolean => name in idPlaceholders || productNames.includes(name);
const optionTexts: Record<string, string> = { scopes: 'stock', since: '2026-11-01', 'line:units': '1:1' };

// `orders watch` ends when it has seen something, which these tests keep from it. `products show` calls nothing besides
// what finds products.
const commands = leaves(await createProgram(processContext())).filter(
  (command) => !['orders watch', 'products show'].includes(pathOf(command).join(' ')),
);
/** Options without which a command would not end, or would have nothing to do. */
const optionsOf: Record<string, string[]> = {
  'events tail': ['--after', '0', '--limit', '1'],
  'returns receive': ['--restock', '1:1'],
};

type Case = [shown: string, name: string, argsWith: (text: string) => string[]];
const mandatoryOf = (command: Command) =>
  command.options.flatMap(({ mandatory, long, flags }) =>
    mandatory ? [String(long), optionTexts[placeholderOf(flags)] ?? '1'] : [],
  );
const argumentOf = (name: string) => others[name] ?? names[name]?.[0] ?? 'x';

const cases = commands.flatMap((command): Case[] => {
  const args = command.registeredArguments.map((argument) => argument.name());
  const base = (replaced: number, text: string) => [
    ...pathOf(command),
    ...args.map((name, index) => (index === replaced ? text : argumentOf(name))),
    ...mandatoryOf(command),
    ...(optionsOf[pathOf(command).join(' ')] ?? []),
    ...(isIrreversible(command) ? ['--yes'] : []),
  ];
  const shown = pathOf(command).join(' ');
  return [
    ...args.flatMap((name, index): Case[] =>
      isThing(name) ? [[`${shown} <${name}>`, name, (text) => base(index, text)]] : [],
    ),
    ...command.options.flatMap(({ flags, long }): Case[] => {
      const name = placeholderOf(flags);
      return isThing(name) ? [[`${shown} ${flags}`, name, (text) => [...base(-1, ''), String(long), text]]] : [];
    }),
  ];
});

async function run(args: string[]) {
  calls = [];
  const ran = await runCommerce(shop.folder, args, env);
  return { ...ran, calls: calls.toSorted() };
}

test.each(cases)('%s takes an id, the beginning of an id, and each other name', async (_, name, argsWith) => {
  const [id = '', ...forms] = names[name] ?? [];
  const { calls: expected } = await run(argsWith(id));
  expect(expected).not.toEqual([]);
  for (const form of forms) expect((await run(argsWith(form))).calls, form).toEqual(expected);
});

test.each(cases)('%s calls nothing for a text that names nothing or several things', async (_, name, argsWith) => {
  const units = name === 'product=units' ? '=1' : '';
  const unknown = await run(argsWith(`ffffffff${units}`));
  expect(unknown).toMatchObject({ code: 1, out: '', calls: [] });
  expect(unknown.err).toMatch(/^error: There is no [\w ]+ ffffffff\. Give its id/);
});

test('a text that may mean several orders exits with 2, calls nothing and names them', async () => {
  const lines = [{ productId: names['product']![0]!, quantity: 1 }];
  const place = async () => shop.client.order.create.mutate({ customerId: 'ana', reference: 'twice', lines });
  const ids = [(await place()).id, (await place()).id];
  const ran = await run(['orders', 'cancel', '--yes', 'twice']);
  expect(ran).toMatchObject({ code: 2, out: '', calls: [] });
  expect(ran.err).toContain('twice may mean several orders. Give the id of one:\n');
  for (const id of ids) expect(ran.err).toMatch(new RegExp(`  ${id}  [\\w-]{9} CREATED\n`));
  const time = ids[0]!.slice(0, 4);
  expect(await run(['orders', 'cancel', '--yes', time])).toMatchObject({ code: 2, calls: [] });
  expect(await run(['orders', 'cancel', '--yes', time.slice(0, 3)])).toMatchObject({ code: 1, calls: [] });
});

test('every argument either names a thing or is known to name none', () => {
  const unknown = commands.flatMap((command) =>
    command.registeredArguments
      .map((argument) => argument.name())
      .filter((name) => !isThing(name) && !(name in others)),
  );
  expect(unknown).toEqual([]);
});

test('an option that takes an id says of what, except for ids of customers', () => {
  const flags = commands.flatMap(({ options }) => options.map((option) => option.flags));
  expect(flags.filter((text) => placeholderOf(text) === 'id' && !text.startsWith('--customer '))).toEqual([]);
});
