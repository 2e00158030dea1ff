import type { Client } from '@commerce-core/client';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addCommand } from '../command.ts';
import { connect, simulatorOf } from '../connection.ts';
import { formatMoney } from '../money.ts';
import { note, print } from '../output.ts';
import { compare, type Difference } from '../reconcile/compare.ts';
import {
  readGatewayBook,
  readGatewayPayment,
  type GatewayBook,
  type GatewayPayment,
} from '../reconcile/gateway-book.ts';
import { readShopBook, readShopPayment, type ShopBook } from '../reconcile/shop-book.ts';
import type { Column, Screen } from '../table.ts';
import { renderTable } from '../table.ts';
import { parseTime } from '../time.ts';

// A change that happens while the two books are read makes a difference that disappears.
const secondLookMs = 2_000;
// Up to this number of differences, payments are read one by one; beyond it, both books are read again.
const singlyMax = 100;

const columns: Column<Difference>[] = [
  { head: 'WHAT', value: ({ paymentId, refundId }) => refundId ?? paymentId },
  { head: 'DIFFERS IN', value: ({ what }) => what },
  { head: 'SHOP', value: ({ shop, currency }) => valueOf(shop, currency), wraps: true },
  { head: 'GATEWAY', value: ({ gateway, currency }) => valueOf(gateway, currency), wraps: true },
  { head: 'PAYMENT', value: ({ paymentId, refundId }) => (refundId === null ? '' : paymentId), ifRoom: true },
];

type Options = JsonOption & { gateway?: string; provider?: string; since?: Date };

export function addReconcileCommand(program: Command, context: CommandContext): void {
  addCommand(program, 'reconcile', "compare the shop's book with the gateway simulator's; exits 1 where they differ", [
    'reconcile',
    'reconcile --gateway http://127.0.0.1:3001 --provider mock',
    'reconcile --since 2026-11-23T08:00Z --json',
  ])
    .option('--gateway <url>', 'the address of the simulator; defaults to the local one')
    .option('--provider <name>', 'only payments of this provider')
    .option('--since <time>', "only payments made since then: the simulator's book begins when it starts", parseTime)
    .action(async (options: Options) => {
      const { client, connection } = connect(context);
      const url = simulatorOf(connection, '--gateway', options.gateway);
      const [all, gateway] = await Promise.all([readShopBook(client, options.provider), readGatewayBook(url)]);
      const { since = new Date(0) } = options;
      const shop: ShopBook = new Map([...all].filter(([, { payment }]) => new Date(payment.createdAt) >= since));
      const isAsked = ({ paymentId, provider }: GatewayPayment) =>
        (options.provider ?? provider) === provider && (shop.has(paymentId) || !all.has(paymentId));
      const theirs = new Map([...gateway.payments].filter(([, payment]) => isAsked(payment)));
      const differences = await lookTwice(context, client, url, shop, theirs);
      const answer = { payments: { shop: shop.size, gateway: theirs.size }, differences };
      print(context, answer, options, (screen) => render(differences, shop, screen));
      if (gateway.forgotten > 0)
        note(context, `The gateway's book no longer lists ${gateway.forgotten} of its payments.`);
      if (differences.length > 0) context.exitCode = 1;
    });
}

/** Returns the differences that are still there after a pause. */
async function lookTwice(
  { pause }: CommandContext,
  client: Client,
  url: string,
  shop: ShopBook,
  gateway: GatewayBook['payments'],
): Promise<Difference[]> {
  const paymentIds = new Set([...shop.keys(), ...gateway.keys()]);
  const first = [...paymentIds].flatMap((id) => compare(shop.get(id), gateway.get(id)));
  const differing = [...new Set(first.map(({ paymentId }) => paymentId))];
  if (differing.length === 0) return first;
  await pause(secondLookMs);
  if (differing.length > singlyMax) {
    const [ours, theirs] = await Promise.all([readShopBook(client, undefined), readGatewayBook(url)]);
    return differing.flatMap((id) => compare(ours.get(id), theirs.payments.get(id)));
  }
  const again: Difference[] = [];
  for (const paymentId of differing) {
    again.push(...compare(await readShopPayment(client, paymentId), await readGatewayPayment(url, paymentId)));
  }
  return again;
}

function render(differences: readonly Difference[], shop: ShopBook, screen: Screen): string {
  if (differences.length === 0) return `Both books agree on ${shop.size} payments.`;
  const payments = new Set(differences.map(({ paymentId }) => paymentId)).size;
  const noun = differences.length === 1 ? 'difference' : 'differences';
  const count = `${differences.length} ${noun} in ${payments} of ${shop.size} payments.`;
  return `${renderTable(differences, columns, screen)}\n\n${count}`;
}

function valueOf(value: string | number | null, currency: string): string {
  if (value === null) return 'missing';
  return typeof value === 'number' ? formatMoney(value, currency) : value;
}
