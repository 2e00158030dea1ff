import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import type { CommandContext } from '../../command-context.ts';
import { addListCommand } from '../../list-command.ts';
import { formatMoney } from '../../money.ts';
import { formatTime } from '../../output.ts';
import type { Column } from '../../table.ts';
import { parseTime } from '../../time.ts';

type Reconciled = RouterOutputs['payment']['reconcile']['items'][number];
type Filters = { provider?: string; since?: Date; until?: Date };

const columns: Column<Reconciled>[] = [
  { head: 'ORDER', value: ({ orderNumber }) => orderNumber },
  { head: 'PAYMENT', value: ({ id }) => id },
  { head: 'OUTCOME', value: ({ outcome }) => outcome },
  { head: 'SHOP', value: ({ shop }) => moneyOf(shop), wraps: true },
  { head: 'GATEWAY', value: ({ gateway }) => (gateway ? moneyOf(gateway) : '-'), wraps: true },
  {
    head: 'DIFFERS IN',
    value: ({ differences }) => [...new Set(differences.map(({ kind }) => kind))].join(', '),
    wraps: true,
  },
  { head: 'CREATED', value: ({ createdAt }) => formatTime(createdAt), ifRoom: true },
];

/** Adds the command that compares payments with their gateways. Its exit code is 1 when a payment differs. */
export function addReconcilePayments(payments: Command, context: CommandContext): void {
  addListCommand<Reconciled, Filters>(payments, context, {
    usage: 'reconcile',
    summary: 'compare payments with what their gateways know of them now; exits 1 where they differ',
    examples: [
      'payments reconcile',
      'payments reconcile --since 2026-11-01 --all',
      'payments reconcile --provider stripe --until 2026-11-02 --json',
    ],
    addFilters: (command) =>
      command
        .option('--provider <name>', 'only those of this gateway')
        .option('--since <time>', 'only those begun at this time or later', parseTime)
        .option('--until <time>', 'only those begun before this time', parseTime),
    reader:
      (client, { provider, since, until }) =>
      async (range) => {
        const filter = { provider, createdFrom: since?.toISOString(), createdTo: until?.toISOString() };
        const page = await client.payment.reconcile.query({ ...filter, ...range });
        if (page.items.some(({ outcome }) => outcome === 'DIFFERS')) context.exitCode = 1;
        return page;
      },
    columns,
    empty: 'There are no such payments.',
  });
}

function moneyOf({ status, currency, capturedAmount, authorizedAmount, refundedAmount }: Reconciled['shop']): string {
  const refunded = refundedAmount > 0 ? `, ${formatMoney(refundedAmount, currency)} refunded` : '';
  return `${status} ${formatMoney(capturedAmount || authorizedAmount, currency)}${refunded}`;
}
