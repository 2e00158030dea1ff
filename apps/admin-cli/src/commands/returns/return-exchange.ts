import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { CommandContext } from '../../command-context.ts';
import { addCommand, addLine, type JsonOption, type LineUnits } from '../../command.ts';
import { connect } from '../../connection.ts';
import { addListCommand } from '../../list-command.ts';
import { formatMoney, parseMoney } from '../../money.ts';
import { findLines, parseAddress, parseItem, type Address } from '../../new-order.ts';
import { formatTime, note, print } from '../../output.ts';
import { renderOrderHead } from '../../show/show-order.ts';
import { renderQuote } from '../../show/show-quote.ts';
import { RepeatableOption } from '../../strict-command.ts';
import { renderRecord, renderTable, type Column, type Screen } from '../../table.ts';
import { feeOption, parseFees, type Fee } from './return-fees.ts';

type Credit = RouterOutputs['return']['listCredits']['items'][number];
type ExchangeQuote = RouterOutputs['return']['previewExchange'];
type ExchangeOrder = RouterOutputs['return']['exchange'];

const aReturn = '0199d3c4-c0de-7e11-9a2b-6f7081920a1b';
const statuses: readonly Credit['status'][] = ['RESERVED', 'SPENT', 'RELEASED'];

type ExchangeOptions = JsonOption & {
  line?: LineUnits[];
  fee?: Fee[];
  shipping?: string;
  address?: Address;
  reference?: string;
  preview?: true;
};

/** Adds the commands for other goods in exchange for what came back. */
export function addExchangeCommands(returns: Command, context: CommandContext): void {
  addExchange(returns, context);
  addRefundCredit(returns, context);
  addListCredits(returns, context);
}

function addExchange(returns: Command, context: CommandContext): void {
  addCommand(
    returns,
    'exchange <return> <product=units...>',
    'place an order that a return pays for; the customer pays the rest, or gets it back',
    [
      `returns exchange ${aReturn} MUG-LARGE=1`,
      `returns exchange ${aReturn} MUG-LARGE=1 --preview`,
      `returns exchange ${aReturn} MUG-LARGE=1 --line 1:1`,
    ],
    'Places the order, and sends back what the units are worth more than it costs',
  )
    .addOption(
      new RepeatableOption(
        '--line <line:units>',
        'units of the return that pay; all that it owes by default',
      ).argParser(addLine),
    )
    .addOption(feeOption())
    .option('--shipping <option>', 'the shipping option')
    .option('--address <json>', 'the shipping address; that of the old order by default', parseAddress)
    .option('--reference <text>', 'a text to find the new order by')
    .option('--preview', 'show what it would do now, and change nothing')
    .action(async (returnId: string, items: string[], options: ExchangeOptions) => {
      const { line: lines, fee, shipping: shippingOptionId, address: shippingAddress, reference, preview } = options;
      const asked = items.map(parseItem);
      const { client } = connect(context);
      const fees = await parseFees(client, returnId, fee);
      const order = { lines: await findLines(client, asked), shippingOptionId, shippingAddress, reference };
      const quote = await client.return.previewExchange.query({ returnId, lines, fees, order });
      if (preview) return print(context, quote, options, (screen) => renderPreview(quote, screen));
      const placed = await client.return.exchange.mutate({
        returnId,
        lines,
        fees,
        order: { ...order, expectedTotalAmount: quote.totalAmount },
        expectedVersion: quote.orderVersion,
      });
      print(context, placed, options, (screen) => renderExchange(placed, screen));
      if (!options.json && placed.status !== 'PAID')
        note(context, 'The customer pays the total as for any order; the units are owed again if they do not.');
    });
}

function addRefundCredit(returns: Command, context: CommandContext): void {
  addCommand(
    returns,
    'refund-credit <order>',
    'give back what a return has paid of an order, by its first payment',
    [
      'returns refund-credit 0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90',
      'returns refund-credit 0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90 --amount 12.50',
    ],
    'Sends back what a return has paid of the order',
  )
    .option('--amount <amount>', 'how much; by default all that the order still uses')
    .action(async (orderId: string, options: JsonOption & { amount?: string }) => {
      const { client } = connect(context);
      const { currency } = await client.order.get.query({ orderId });
      const amount = options.amount === undefined ? undefined : parseMoney(options.amount, currency);
      const credit = await client.return.refundCredit.mutate({ orderId, amount });
      print(context, credit, options, (screen) => renderTable([credit], creditColumns, screen));
      if (!options.json)
        note(context, 'It is refunded to the payment that it came from; see its order’s `refunds list`.');
    });
}

function addListCredits(returns: Command, context: CommandContext): void {
  addListCommand<Credit, { status?: Credit['status']; return?: string; order?: string }>(returns, context, {
    usage: 'credits',
    summary: 'list what returns pay of other orders, the latest orders first',
    examples: ['returns credits', `returns credits --return ${aReturn}`, 'returns credits --status RESERVED'],
    addFilters: (command) =>
      command
        .addOption(new Option('--status <status>', 'only those with this status').choices(statuses))
        .option('--return <return>', 'only those of this return')
        .option('--order <order>', 'only that of the order that is paid for'),
    reader: (client, options) => (range) =>
      client.return.listCredits.query({
        status: options.status,
        returnId: options.return,
        orderId: options.order,
        ...range,
      }),
    columns: creditColumns,
    empty: 'There are no such credits.',
  });
}

const creditColumns: Column<Credit>[] = [
  { head: 'ORDER', value: ({ orderId }) => orderId },
  { head: 'STATUS', value: ({ status }) => status },
  { head: 'AMOUNT', value: ({ amount, currency }) => formatMoney(amount, currency), align: 'right' },
  { head: 'WENT BACK', value: ({ returnedAmount, currency }) => formatMoney(returnedAmount, currency), align: 'right' },
  { head: 'RETURN', value: ({ returnId }) => returnId, ifRoom: true },
  { head: 'CREATED', value: ({ createdAt }) => formatTime(createdAt), ifRoom: true },
];

type Money = { creditAmount: number; refundAmount: number };

const moneyRows = ({ creditAmount, refundAmount }: Money, currency: string): [string, string][] => [
  ['the return pays', formatMoney(creditAmount, currency)],
  ['goes back', formatMoney(refundAmount, currency)],
];

const renderPreview = (quote: ExchangeQuote, screen: Screen): string =>
  `${renderQuote(quote, screen)}\n\n${renderRecord(moneyRows(quote, quote.currency), screen)}`;

const renderExchange = (order: ExchangeOrder, screen: Screen): string =>
  [
    renderOrderHead(order, screen),
    renderRecord([['return', order.exchange.returnId], ...moneyRows(order.exchange, order.currency)], screen),
  ].join('\n\n');
