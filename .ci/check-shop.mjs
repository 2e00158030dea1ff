import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { checkTutorial } from './check-tutorial.mjs';

// check-shop CLONE LOG first|second: whether the shop that `npm start` runs there does what it printed.
const [clone, log, start] = process.argv.slice(2);
const settingsFile = join(clone, '.data', 'local.json');
const settings = JSON.parse(readFileSync(settingsFile, 'utf8'));
const remembered = join(clone, '.data', 'checked.json');

const check = (what, holds) => {
  if (!holds) throw new Error(`Not so: ${what}`);
  console.log(`✓ ${what}`);
};

const call = async (url, init) => {
  const response = await fetch(url, init);
  const body = await response.json();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${JSON.stringify(body)}`);
  return body;
};
const post = (url, input, headers) => {
  const body = JSON.stringify(input);
  return call(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
};
const headers = { authorization: `Bearer ${settings.adminApiKey}` };
const query = async (procedure, input) => {
  const url = `${settings.url}/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`;
  return (await call(url, { headers })).result.data;
};
const mutate = async (procedure, input) =>
  (await post(`${settings.url}/trpc/${procedure}`, input, headers)).result.data;

const hasCurl = ['/usr/bin', '/bin', '/usr/local/bin'].some((folder) => existsSync(join(folder, 'curl')));

// It ends a command that hangs.
const limitMs = 300_000;
// Not synchronously: fetch must notice when the API closes a connection that was idle meanwhile.
const run = async (program, ...args) => {
  const { stdout } = await promisify(execFile)(program, args, { cwd: clone, timeout: limitMs }).catch((error) => {
    throw new Error(`${error.message}\n${error.stdout}`);
  });
  return stdout;
};
/** A folder's size on disk in kB. */
const sizeOf = async (folder) => Number.parseInt(await run('du', '-sk', folder), 10);
const commerce = (...args) => run('npx', 'commerce', ...args);

check('local.json is readable by its owner alone', (statSync(settingsFile).mode & 0o777) === 0o600);
check('npm start has installed at most 380 MB', (await sizeOf(join(clone, 'node_modules'))) <= 380 * 1024);
check('the API is ready', (await fetch(`${settings.url}/readyz`)).ok);
const text = readFileSync(log, 'utf8');
const number = /commerce orders show (\S+)/.exec(text)?.[1];
const orderId = (await query('system.lookUp', { kind: 'order', text: number })).matches[0]?.id;
const order = await query('order.get', { orderId });
check('the order of the walk-through is paid', order.status === 'PAID');
check('one unit of the order of the walk-through came back', order.fulfillmentStatus === 'PARTIALLY_RETURNED');
check('the CLI finds the shop', (await commerce('orders', 'show', number)).includes(orderId));
await commerce('doctor');
check('doctor finds nothing', true);

// The programs of docs/programs.md, as written, also a second time.
for (const time of ['first', 'second']) {
  check(`the program over HTTP runs for the ${time} time`, /: PAID, /.test(await run('npm', 'run', 'example:http')));
  const embedded = await run('npm', 'run', 'example:embedded');
  check(`the embedded program runs for the ${time} time`, embedded.includes('reservedQty'));
}

/** Orders three units and pays for them. Returns what the placeholders of docs/cli.md stand for. */
const orderAndPay = async ({ outcome, more = 0, dispatched = false }) => {
  const { items } = await query('product.list', { sku: 'BEANS-1KG' });
  const lines = [{ productId: items[0].id, quantity: 3 }];
  const { id: orderId } = await mutate('order.create', { customerId: 'reader', lines });
  const { id: paymentId, amount, currency } = await mutate('payment.create', { orderId, provider: 'mock' });
  await post(`${settings.simulatorUrl}/pay`, { paymentId, amount: amount + more, currency, outcome });
  const named = { ORDER: orderId, PAYMENT: paymentId };
  if (more > 0) return named;
  const [shipment] = await untilPaid(orderId);
  if (!dispatched) return { ...named, SHIPMENT: shipment.id };
  const parcel = { carrier: 'DHL', trackingNumber: trackingNumber() };
  const sent = await mutate('shipment.dispatch', { shipmentId: shipment.id, parcels: [parcel] });
  return { ...named, PARCEL: sent.parcels[0].id };
};
/** The shipments of an order, when it is paid. */
const untilPaid = async (orderId) => {
  for (;;) {
    const { items } = await query('shipment.list', { orderId });
    if (items.length > 0) return items;
    await setTimeout(100);
  }
};
// A carrier's number may not be on its way twice.
let numbers = 0;
const trackingNumber = () => `${Date.now()}${(numbers += 1)}`;

// How the order was paid whose id, or whose payment's id, stands in a line.
const paidAs = {
  'orders show': { outcome: 'CAPTURED' },
  'orders cancel-lines': { outcome: 'CAPTURED' },
  'payments decide': { outcome: 'CAPTURED', more: 100 },
  'payments capture': { outcome: 'AUTHORIZED' },
  'payments poll': { outcome: 'AUTHORIZED' },
  'refunds create': { outcome: 'CAPTURED' },
  'shipments slip': { outcome: 'CAPTURED' },
  'shipments split': { outcome: 'CAPTURED' },
  'shipments dispatch': { outcome: 'CAPTURED' },
  'trigger refund.succeeded': { outcome: 'CAPTURED' },
  'parcels correct': { outcome: 'CAPTURED', dispatched: true },
  'parcels history': { outcome: 'CAPTURED', dispatched: true },
};
// .ci/run runs these.
const notHere = ['npm start', 'npm test'];

// These follow the shop's events until Ctrl-C.
const following = ['events tail', 'webhooks listen'];

/** Runs a command while orders are paid, until it prints that one was. Then Ctrl-C has to end it. */
const follow = async (command) => {
  const child = spawn('sh', ['-c', command], { cwd: clone, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
  let running = true;
  const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  const code = ended.finally(() => (running = false));
  const kill = (signal) => {
    if (running && child.pid) process.kill(-child.pid, signal);
  };
  AbortSignal.timeout(limitMs).addEventListener('abort', () => kill('SIGKILL'));
  while (running && !printed.includes('order.paid')) {
    await orderAndPay({ outcome: 'CAPTURED' });
    await setTimeout(1000);
  }
  kill('SIGINT');
  // npx ends by the signal that it got, when its command has ended with code 0.
  if (![0, 'SIGINT'].includes(await code))
    throw new Error(`${command} ended with ${await code} and printed:\n${printed}`);
};

// The commands of the README and of the CLI's page, as written but for the placeholders.
const read = (page) => readFileSync(join(clone, page), 'utf8');
const daily = /\n## What a shop does each day\n(.*?)\n## /s.exec(read('docs/cli.md'))?.[1] ?? '';
const blocks = [read('README.md'), daily].flatMap((text) => [...text.matchAll(/```sh\n(.*?)```/gs)]);
const commands = blocks.flatMap(([, block]) => block.trim().split('\n'));
for (const command of commands.filter((command) => !notHere.includes(command))) {
  const name = /^npx commerce (\S+ \S+)/.exec(command)?.[1];
  const ids = name in paidAs ? await orderAndPay(paidAs[name]) : {};
  const named = command
    .replace(/ORDER|PAYMENT|SHIPMENT|PARCEL/, (placeholder) => ids[placeholder] ?? placeholder)
    .replace('4F7K-29QD', ids.ORDER)
    .replace(/\b471\d\b/g, trackingNumber);
  if (following.includes(name)) await follow(named);
  else await run('sh', '-c', named);
  check(`this line of the pages works: ${command}`, true);
}

// The tutorial makes a product, which a second start still has.
if (start === 'first' && hasCurl)
  check(`${await checkTutorial(clone, limitMs)} steps of the tutorial work as shown`, true);

// What it prints to be pasted, pasted.
const lines = text.split('\n');
const from = lines.findIndex((line) => line.includes('curl '));
const to = lines.findIndex((line) => line.includes('"repeat": 2'));
const pasted = lines.slice(from, to + 1).join('\n');
if (hasCurl) {
  const { state, event } = JSON.parse(await run('sh', '-c', pasted));
  check('the printed payment is captured', state === 'CAPTURED');
  check('the shop takes its webhook', event.state === 'DELIVERED' && event.attempts[0].outcome === 'APPLIED');
} else {
  console.log('– the printed payment was not tried: this machine has no curl');
}
await commerce('reconcile');
check("the shop's book and the simulator's are the same", true);

if (start === 'first') {
  writeFileSync(remembered, JSON.stringify({ orderId, adminApiKey: settings.adminApiKey }));
} else {
  const before = JSON.parse(readFileSync(remembered, 'utf8'));
  const kept = await query('order.get', { orderId: before.orderId });
  check('the order of the first start is still there', kept.status === 'PAID');
  check('the key of the first start is still the one', before.adminApiKey === settings.adminApiKey);
}
