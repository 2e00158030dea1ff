import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addCommand } from '../command.ts';
import { connect } from '../connection.ts';
import { formatMoney, parseCurrency } from '../money.ts';
import { print, printPage } from '../output.ts';
import type { Column } from '../table.ts';
import { renderTable } from '../table.ts';
import { parseTime } from '../time.ts';

type Day = RouterOutputs['sales']['daily']['items'][number];
type Count = RouterOutputs['order']['stats']['statuses'][number];
type SalesOptions = JsonOption & { from: Date; to?: Date; timeZone: string; currency?: string };

const money = (head: string, amountOf: (day: Day) => number): Column<Day> => ({
  head,
  value: (day) => formatMoney(amountOf(day), day.currency),
  align: 'right',
});

const dayColumns: Column<Day>[] = [
  { head: 'DAY', value: ({ day }) => day },
  { head: 'ORDERS', value: ({ orders }) => String(orders), align: 'right' },
  { head: 'UNITS', value: ({ units }) => String(units), align: 'right' },
  money('GROSS', ({ grossAmount }) => grossAmount),
  money('GIVEN BACK', ({ refundAmount }) => refundAmount),
  money('NET', ({ netAmount }) => netAmount),
];

const countColumns: Column<Count>[] = [
  { head: 'STATUS', value: ({ status }) => status },
  { head: 'FULFILLMENT', value: ({ fulfillmentStatus }) => fulfillmentStatus },
  { head: 'ORDERS', value: ({ orders }) => String(orders), align: 'right' },
];

const dayOf = (time: Date): string => time.toISOString().slice(0, 10);

export function addStatsCommand(program: Command, context: CommandContext): void {
  addCommand(program, 'stats', 'count the orders by status', ['stats', 'stats --json']).action(
    async (options: JsonOption) => {
      const { client } = connect(context);
      const stats = await client.order.stats.query();
      const summary = `${stats.orders} orders, ${stats.needsAttention} of them need an operator`;
      print(context, stats, options, (screen) => `${summary}\n${renderTable(stats.statuses, countColumns, screen)}`);
    },
  );
}

export function addSalesCommand(program: Command, context: CommandContext): void {
  addCommand(program, 'sales', 'add up what was sold and given back, by day and currency', [
    'sales --from 2026-11-01',
    'sales --from 2026-11-01 --to 2026-11-30 --time-zone Asia/Seoul --currency KRW',
  ])
    .requiredOption('--from <time>', 'the first day', parseTime)
    .option('--to <time>', 'the last day; today by default', parseTime)
    .option('--time-zone <name>', 'whose days they are', 'UTC')
    .option('--currency <code>', 'only this currency', parseCurrency)
    .action(async ({ json, from, to = new Date(), timeZone, currency }: SalesOptions) => {
      const { client } = connect(context);
      const page = await client.sales.daily.query({ from: dayOf(from), to: dayOf(to), timeZone, currency });
      printPage(context, page, { json }, dayColumns, 'Nothing was sold in these days.');
    });
}
