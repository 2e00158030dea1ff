import type { Client, RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption, LineUnits } from '../command.ts';
import { addCommand, addLine } from '../command.ts';
import { addListCommand } from '../list-command.ts';
import { connect } from '../connection.ts';
import { Failure } from '../failure.ts';
import { formatMoney, parseMoney } from '../money.ts';
import { formatTime, note, print } from '../output.ts';
import { RepeatableOption } from '../strict-command.ts';
import type { Column, Screen } from '../table.ts';
import { renderRecord } from '../table.ts';

type Refund = RouterOutputs['refund']['list']['items'][number];
type Status = Refund['status'];
type CreateOptions = JsonOption & {
  amount?: string;
  line?: LineUnits[];
  restock?: true;
  despiteDispute?: true;
  preview?: true;
};

const statuses: readonly Status[] = ['REQUESTED', 'SUBMITTED', 'UNKNOWN', 'SUCCEEDED', 'FAILED'];
const order = '0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90';

const columns: Column<Refund>[] = [
  { head: 'ORDER', value: ({ orderNumber }) => orderNumber },
  { head: 'ID', value: ({ id }) => id },
  { head: 'STATUS', value: ({ status, failureCode }) => [status, failureCode].filter(Boolean).join(' '), wraps: true },
  { head: 'AMOUNT', value: ({ amount, currency }) => formatMoney(amount, currency), align: 'right' },
  { head: 'REASON', value: ({ reason }) => reason, wraps: true },
  { head: 'CREATED', value: ({ createdAt }) => formatTime(createdAt), ifRoom: true },
];

export function addRefundCommands(refunds: Command, context: CommandContext): void {
  addListCommand<Refund, { status?: Status; order?: string }>(refunds, context, {
    usage: 'list',
    summary: 'list refunds, the latest first',
    examples: ['refunds list', 'refunds list --status FAILED', `refunds list --order ${order}`],
    addFilters: (command) =>
      command
        .addOption(new Option('--status <status>', 'only those with this status').choices(statuses))
        .option('--order <order>', 'only those of this order'),
    reader: (client, options) => (range) =>
      client.refund.list.query({ status: options.status, orderId: options.order, ...range }),
    columns,
    empty: 'There are no such refunds.',
  });

  addCreateRefund(refunds, context);
}

function addCreateRefund(refunds: Command, context: CommandContext): void {
  addCommand(
    refunds,
    'create <order>',
    "send an order's money back: all that is left, an amount, or for units",
    [
      `refunds create ${order}`,
      `refunds create ${order} --amount 12.50`,
      `refunds create ${order} --line 1:2 --restock`,
      `refunds create ${order} --amount 12.50 --preview`,
    ],
    'Sends money of the order back',
  )
    .option('--amount <amount>', "so much, in the order's currency")
    .addOption(
      new RepeatableOption('--line <line:units>', 'for so many units of a line; again for another line').argParser(
        addLine,
      ),
    )
    .option('--restock', 'those units have not shipped, and are for sale again')
    .option('--despite-dispute', 'also what an open dispute is about')
    .option('--preview', 'only show what would be sent back')
    .action(async (orderId: string, options: CreateOptions) => {
      if (options.restock && !options.line) {
        throw new Failure('What goes back on sale is said by --line, for instance --line 1:2 --restock.', 2);
      }
      const { client } = connect(context);
      const input = await refundInput(client, orderId, options);
      if (options.preview) {
        const preview = await client.refund.preview.query(input);
        const { amount, currency, paymentId } = preview;
        const text = `${formatMoney(amount, currency)} of payment ${paymentId} would be sent back.`;
        print(context, preview, options, () => text);
        return;
      }
      const refund = await client.refund.create.mutate(input);
      print(context, refund, options, (screen) => renderRefund(refund, screen));
      if (!options.json) note(context, 'The gateway is asked for it now; `refunds list` tells when it has SUCCEEDED.');
    });
}

/** Reads the order's currency where an amount is given, because the currency decides on its decimals. */
async function refundInput(
  client: Client,
  orderId: string,
  { amount: text, line, despiteDispute, ...options }: CreateOptions,
) {
  const amount =
    text === undefined ? undefined : parseMoney(text, (await client.order.get.query({ orderId })).currency);
  const restock = options.restock === true;
  return { orderId, amount, lines: line?.map((units) => ({ ...units, restock })), despiteDispute };
}

function renderRefund(refund: RouterOutputs['refund']['create'], screen: Screen): string {
  return renderRecord(
    [
      ['refund', refund.id],
      ['order', refund.orderId],
      ['payment', refund.paymentId],
      ['status', refund.status],
      ['amount', formatMoney(refund.amount, refund.currency)],
      ['reason', refund.reason],
      ['created', formatTime(refund.createdAt)],
    ],
    screen,
  );
}
