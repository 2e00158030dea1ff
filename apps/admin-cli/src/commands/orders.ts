import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addCommand } from '../command.ts';
import { addListCommand } from '../list-command.ts';
import { connect } from '../connection.ts';
import { formatMoney } from '../money.ts';
import { addExportOrders } from '../files/export-commands.ts';
import { isGuestOrder } from '../guest-order.ts';
import { findLines, parseAddress, parseItem, type Address } from '../new-order.ts';
import { formatTime, print } from '../output.ts';
import { addCancelOrder, addCancelOrderLines } from './orders/cancel-order.ts';
import { addNoteOrder } from './orders/note-order.ts';
import { addOrderFilters, orderListInput, type OrderFilters } from './orders/order-filters.ts';
import { addUpdateOrder } from './orders/update-order.ts';
import { addRenewAccess } from './renew-access.ts';
import { addWatchOrder } from './orders/watch-order.ts';
import { printOrder, readOrder, renderOrder } from '../show/show-order.ts';
import { renderQuote } from '../show/show-quote.ts';
import type { Column } from '../table.ts';

type Order = RouterOutputs['order']['list']['items'][number];

const columns: Column<Order>[] = [
  { head: 'NUMBER', value: ({ number }) => number },
  { head: 'STATUS', value: statusOf, wraps: true },
  { head: 'TOTAL', value: ({ totalAmount, currency }) => formatMoney(totalAmount, currency), align: 'right' },
  { head: 'CUSTOMER', value: (order) => (isGuestOrder(order) ? 'guest' : order.customerId), wraps: true },
  { head: 'CREATED', value: ({ createdAt }) => formatTime(createdAt), ifRoom: true },
  { head: 'REFERENCE', value: ({ reference }) => reference ?? '', ifRoom: true },
  { head: 'ID', value: ({ id }) => id, ifRoom: true },
];

export function addOrderCommands(orders: Command, context: CommandContext): void {
  addListCommand<Order, OrderFilters>(orders, context, {
    usage: 'list',
    summary: 'list orders, the latest first; a paid order shows how far its shipments are',
    examples: ['orders list', 'orders list --status PAID --customer 17850', 'orders list --q "kim r-10" --attention'],
    addFilters: (command) => addOrderFilters(command),
    reader: (client, filters) => (range) => client.order.list.query({ ...orderListInput(filters), ...range }),
    columns,
    empty: 'There are no such orders.',
  });

  addExportOrders(orders, context);
  addShowOrder(orders, context);
  addQuoteOrder(orders, context);
  addCreateOrder(orders, context);
  addCancelOrder(orders, context);
  addCancelOrderLines(orders, context);
  addUpdateOrder(orders, context);
  addRedactOrder(orders, context);
  addClearAttention(orders, context);
  addNoteOrder(orders, context);
  addRenewAccess(orders, context);
  addWatchOrder(orders, context);
}

function addShowOrder(orders: Command, context: CommandContext): void {
  addCommand(orders, 'show <order>', 'show an order with its lines, payments, shipments, refunds and history', [
    'orders show 0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90',
  ]).action(async (orderId: string, options: JsonOption) => {
    const { client } = connect(context);
    const whole = await readOrder(client, orderId);
    print(context, whole, options, (screen) => renderOrder(whole, screen));
  });
}

function addCreateOrder(orders: Command, context: CommandContext): void {
  addCommand(orders, 'create <product=units...>', 'place an order for a customer; products by id or sku', [
    'orders create MUG-BLUE=2 TEE-S=1 --customer ana',
    'orders create MUG-BLUE=1 --customer ana --reference "phone call"',
  ])
    .requiredOption('--customer <id>', 'whose order it is')
    .option('--reference <text>', 'a text to find the order by')
    .option('--shipping <option>', 'the shipping option')
    .option('--address <json>', 'the shipping address', parseAddress)
    .action(async (items: string[], options: JsonOption & NewOrder) => {
      const { customer: customerId, reference, shipping: shippingOptionId, address: shippingAddress } = options;
      const asked = items.map(parseItem);
      const { client } = connect(context);
      const lines = await findLines(client, asked);
      const order = await client.order.create.mutate({
        lines,
        customerId,
        reference,
        shippingOptionId,
        shippingAddress,
      });
      printOrder(context, order, options);
    });
}

type NewOrder = { customer: string; reference?: string; shipping?: string; address?: Address };

function addQuoteOrder(orders: Command, context: CommandContext): void {
  addCommand(orders, 'quote <product=units...>', 'show what an order would cost, and place none', [
    'orders quote MUG-BLUE=2 TEE-S=1 --country DE',
    'orders quote MUG-BLUE=2 --shipping 0199d3c4',
  ])
    .option('--country <code>', 'where it goes, such as DE')
    .option('--shipping <option>', 'the shipping option')
    .action(async (items: string[], options: JsonOption & { country?: string; shipping?: string }) => {
      const { country, shipping: shippingOptionId } = options;
      const asked = items.map(parseItem);
      const { client } = connect(context);
      const quote = await client.order.quote.query({
        lines: await findLines(client, asked),
        shippingAddress: country === undefined ? undefined : { country },
        shippingOptionId,
      });
      print(context, quote, options, (screen) => renderQuote(quote, screen));
    });
}

function addRedactOrder(orders: Command, context: CommandContext): void {
  addCommand(
    orders,
    'redact <order>',
    'erase the contact and address of an order that is over',
    ['orders redact 0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90'],
    'Erases the contact and address of the order',
  ).action(async (orderId: string, options: JsonOption) => {
    const { client } = connect(context);
    printOrder(context, await client.order.redact.mutate({ orderId }), options);
  });
}

function addClearAttention(orders: Command, context: CommandContext): void {
  addCommand(orders, 'clear-attention <order>', 'record that an operator has handled what an order needed', [
    'orders clear-attention 0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90',
  ]).action(async (orderId: string, options: JsonOption) => {
    const { client } = connect(context);
    printOrder(context, await client.order.clearAttention.mutate({ orderId }), options);
  });
}

/** Shows how far the shipments of a paid order are, because only paid orders ship; otherwise the status. */
function statusOf({ status, fulfillmentStatus, needsAttention }: Order): string {
  const far = fulfillmentStatus === 'UNFULFILLED' ? status : fulfillmentStatus;
  return needsAttention ? `${far} ! ${needsAttention}` : far;
}
