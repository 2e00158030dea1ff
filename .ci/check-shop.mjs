import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

// check-shop CLONE LOG first|second: whether the shop that `npm start` runs there does what it printed.
const [clone, log, start] = process.argv.slice(2);
const settingsFile = join(clone, '.data', 'local.json');
const settings = JSON.parse(readFileSync(settingsFile, 'utf8'));
const remembered = join(clone, '.data', 'checked.json');

const check = (what, holds) => {
  if (!holds) throw new Error(`Not so: ${what}`);
  console.log(`✓ ${what}`);
};

const query = async (procedure, input) => {
  const response = await fetch(`${settings.url}/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`, {
    headers: { authorization: `Bearer ${settings.adminApiKey}` },
  });
  const body = await response.json();
  if (!response.ok) throw new Error(`${procedure} answered ${response.status}: ${JSON.stringify(body)}`);
  return body.result.data;
};

// Not synchronously: fetch must notice when the API closes a connection that was idle meanwhile.
const run = async (program, ...args) => (await promisify(execFile)(program, args, { cwd: clone })).stdout;
const commerce = (...args) => run('npx', 'commerce', ...args);

check('local.json is readable by its owner alone', (statSync(settingsFile).mode & 0o777) === 0o600);
check('the API is ready', (await fetch(`${settings.url}/readyz`)).ok);
const text = readFileSync(log, 'utf8');
const orderId = /commerce orders show (\S+)/.exec(text)?.[1];
const order = await query('order.get', { orderId });
check('the order of the walk-through is paid', order.status === 'PAID');
check('the order of the walk-through is delivered', order.fulfillmentStatus === 'DELIVERED');
check('the CLI finds the shop', (await commerce('orders', 'show', orderId)).includes(orderId));
await commerce('doctor');
check('doctor finds nothing', true);

// The README's programs, as written, also a second time.
for (const time of ['first', 'second']) {
  check(`the program over HTTP runs for the ${time} time`, /: PAID, /.test(await run('npm', 'run', 'example:http')));
  const embedded = await run('npm', 'run', 'example:embedded');
  check(`the embedded program runs for the ${time} time`, embedded.includes('reservedQty'));
}

// What it prints to be pasted, pasted.
const lines = text.split('\n');
const from = lines.findIndex((line) => line.includes('curl '));
const to = lines.findIndex((line) => line.includes('"repeat": 2'));
const pasted = lines.slice(from, to + 1).join('\n');
if (['/usr/bin', '/bin', '/usr/local/bin'].some((folder) => existsSync(join(folder, 'curl')))) {
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
