import { basename } from 'node:path';
import type { Client } from '@commerce-core/client';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addCommand, integer, positiveInteger } from '../command.ts';
import { connect, simulatorOf } from '../connection.ts';
import { explain } from '../explain.ts';
import { note, print } from '../output.ts';
import { isUnreachable } from '../refusal.ts';
import { openShop } from '../replay/open-shop.ts';
import { demandOf, firstInvoices, planReplay } from '../replay/plan.ts';
import { startProgress } from '../replay/progress.ts';
import { readRows } from '../replay/read-rows.ts';
import { renderReport, reportOf } from '../replay/report.ts';
import { runInvoices } from '../replay/run.ts';
import { checkSimulator } from '../replay/simulator.ts';
import { stockUp } from '../replay/stock-up.ts';
import { stopOnInterrupt } from '../replay/stop-on-interrupt.ts';
import type { Violation } from './doctor.ts';

type ReplayOptions = JsonOption & {
  concurrency: number;
  limit?: number;
  scarcity: number;
  shipAfter: number;
  ship: boolean;
  skuPrefix: string;
  simulator?: string;
};

export function addReplayCommand(program: Command, context: CommandContext): void {
  addCommand(program, 'replay <file>', 'send a CSV of real orders through the shop', [
    'replay samples/online-retail.csv',
    'replay samples/online-retail.csv --ship-after 10',
    'replay orders.csv.gz --scarcity 0.7 --concurrency 32',
    'replay orders.csv.gz --limit 500 --json > report.json',
  ])
    .option('--concurrency <n>', 'invoices under way at once', positiveInteger, 16)
    .option('--limit <n>', 'only the first invoices of the file', positiveInteger)
    .option('--scarcity <share>', 'receive only this share (0 to 1) of what the orders ask for', parseShare, 1)
    .option('--ship-after <n>', 'ship an order when n later ones have been through', integer, 0)
    .option('--no-ship', 'ship nothing')
    .option('--sku-prefix <text>', 'put this before every stock code, to keep apart from other products', '')
    .option('--simulator <url>', 'the gateway simulator, or set COMMERCE_SIMULATOR_URL')
    .addHelpText('after', explanation)
    .action((file: string, options: ReplayOptions) => replay(context, file, options));
}

const explanation = `
The file has the columns of UCI's "Online Retail": InvoiceNo, StockCode, Description,
Quantity, UnitPrice, CustomerID; it may be gzipped. A product costs what it costs most
often, in GBP. Stock is received first. Then each invoice is an order of its customer
(or of "guest"), paid at the gateway simulator and shipped, in parcels of at most 100
units. A C invoice cancels that customer's latest order with that product if it has not
shipped; else its units come back, are for sale again and are refunded. Rows that no
order can have are left out and counted by reason. A file can be replayed again: its
products are found by sku and get more stock.

Ctrl-C takes no new invoice, finishes those under way and reports. Exits 1 when
something failed or the doctor finds a violation, 130 when it was stopped.`;

// With the pauses between them about fifteen seconds: longer than a restart of the shop.
const ATTEMPTS_MAX = 6;

async function replay(context: CommandContext, file: string, options: ReplayOptions): Promise<void> {
  const { client, connection } = connect(context, ATTEMPTS_MAX);
  const simulatorUrl = simulatorOf(connection, '--simulator', options.simulator);
  await checkSimulator(simulatorUrl);

  const whole = await planReplay(readRows(file));
  const plan = options.limit === undefined ? whole : firstInvoices(whole, options.limit);
  const { signal, release } = stopOnInterrupt(context);
  const { concurrency, scarcity, skuPrefix } = options;

  const demand = demandOf(plan);
  const shelving = startProgress(context.stderr, 'Products', demand.size, signal);
  const shelf = await stockUp(client, plan.products, demand, {
    scarcity,
    skuPrefix,
    concurrency,
    signal,
    reason: `replay of ${basename(file)}`.slice(0, 500),
    onProgress: shelving.update,
  }).finally(shelving.stop);

  const started = Date.now();
  const running = startProgress(context.stderr, 'Invoices', plan.invoices.length, signal);
  const shipAfter = options.ship ? options.shipAfter : Number.POSITIVE_INFINITY;
  const shop = openShop(client, simulatorUrl, shelf.productIds);
  const run = { concurrency, shipAfter, signal, onProgress: running.update };
  const result = await runInvoices(plan.invoices, shop, run, isUnreachable).finally(running.stop);
  const elapsedMs = Date.now() - started;
  release();

  const violations = result.failures.first.some(isUnreachable) ? null : await askDoctor(context, client);
  const report = reportOf(file, plan, shelf, result, { elapsedMs, interrupted: signal.aborted, violations });
  print(context, report, options, (screen) => renderReport(report, screen));
  for (const error of result.failures.first) note(context, explain(error, context).message);
  if (result.failures.count > 0 || violations === null || violations.length > 0) context.exitCode = 1;
  else if (signal.aborted) context.exitCode = 130;
}

async function askDoctor(context: CommandContext, client: Client): Promise<Violation[] | null> {
  try {
    const { violations } = await client.system.doctor.query();
    return violations;
  } catch (error) {
    note(context, explain(error, context).message);
    return null;
  }
}

function parseShare(text: string): number {
  const share = Number(text);
  if (!/^(0?\.\d+|[01](\.0+)?)$/.test(text)) throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return share;
}
