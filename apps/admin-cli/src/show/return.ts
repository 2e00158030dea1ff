import type { RouterOutputs } from '@commerce-core/client';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { formatMoney } from '../money.ts';
import { formatTime, print } from '../output.ts';
import { renderRecord, renderTable, type Column, type Screen } from '../table.ts';

export type Return = RouterOutputs['return']['get'];
export type ReturnPrice = RouterOutputs['return']['preview'];
type Line = Return['lines'][number];
type PriceLine = ReturnPrice['lines'][number];

const unitsOf = (lines: readonly Line[], count: (line: Line) => number): number =>
  lines.reduce((sum, line) => sum + count(line), 0);

export const returnColumns: Column<Return>[] = [
  { head: 'ID', value: ({ id }) => id },
  { head: 'STATUS', value: ({ status }) => status },
  { head: 'FAULT', value: ({ fault }) => fault, ifRoom: true },
  { head: 'UNITS', value: ({ lines }) => String(unitsOf(lines, ({ requestedQty }) => requestedQty)), align: 'right' },
  { head: 'CAME', value: cameOf, align: 'right' },
  { head: 'CREATED', value: ({ createdAt }) => formatTime(createdAt), ifRoom: true },
];

function cameOf({ goods, lines }: Return): string {
  return goods === 'KEPT' ? 'kept' : String(unitsOf(lines, ({ receivedQty }) => receivedQty));
}

const lineColumns: Column<Line>[] = [
  { head: 'LINE', value: ({ lineNo }) => String(lineNo), align: 'right' },
  { head: 'REQUESTED', value: ({ requestedQty }) => String(requestedQty), align: 'right' },
  { head: 'CAME', value: ({ receivedQty }) => String(receivedQty), align: 'right' },
  { head: 'RESTOCKED', value: ({ restockedQty }) => String(restockedQty), align: 'right' },
  { head: 'WRITTEN OFF', value: ({ writtenOffQty }) => String(writtenOffQty), align: 'right' },
  { head: 'MISSING', value: ({ missingQty }) => String(missingQty), align: 'right' },
  { head: 'RELEASED', value: ({ releasedQty }) => String(releasedQty), align: 'right', ifRoom: true },
  { head: 'REPLACED', value: ({ replacedQty }) => String(replacedQty), align: 'right' },
];

export function printReturn(context: CommandContext, aReturn: Return, options: JsonOption): void {
  print(context, aReturn, options, (screen) => renderReturn(aReturn, screen));
}

function renderReturn(aReturn: Return, screen: Screen): string {
  const label = [aReturn.carrier, aReturn.trackingNumber].filter(Boolean).join(' ');
  const head = renderRecord(
    [
      ['return', aReturn.id],
      ['order', aReturn.orderId],
      ['status', aReturn.status],
      ['fault', aReturn.fault],
      ['goods', aReturn.goods],
      ['reason', aReturn.reason],
      ['declined', aReturn.declineReason],
      ['label', label],
      ['created', formatTime(aReturn.createdAt)],
    ],
    screen,
  );
  return `${head}\n\n${renderTable(aReturn.lines, lineColumns, screen)}`;
}

/** Prints what goes back for a return, line by line. */
export function printReturnPrice(context: CommandContext, price: ReturnPrice, options: JsonOption): void {
  print(context, price, options, (screen) => renderReturnPrice(price, screen));
}

function renderReturnPrice({ returnId, refundId, lines, amount, currency }: ReturnPrice, screen: Screen): string {
  const columns: Column<PriceLine>[] = [
    { head: 'LINE', value: ({ lineNo }) => (lineNo === null ? '' : String(lineNo)), align: 'right' },
    { head: 'WHAT', value: ({ kind }) => kind },
    { head: 'NAME', value: ({ name }) => name, wraps: true },
    { head: 'UNITS', value: ({ quantity }) => String(quantity), align: 'right' },
    { head: 'AMOUNT', value: (line) => formatMoney(line.amount, currency), align: 'right' },
  ];
  const head = renderRecord(
    [
      ['return', returnId],
      ['refund', refundId],
      ['goes back', formatMoney(amount, currency)],
    ],
    screen,
  );
  return lines.length === 0 ? head : `${head}\n\n${renderTable(lines, columns, screen)}`;
}
