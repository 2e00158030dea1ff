import type { Violation } from '../commands/doctor.ts';
import { renderViolations } from '../commands/doctor.ts';
import { formatMoney } from '../money.ts';
import type { Screen } from '../table.ts';
import { renderRecord } from '../table.ts';
import type { PlacedOrder } from './ledger.ts';
import type { Plan } from './plan.ts';
import { CURRENCY, totalsOf } from './plan.ts';
import { formatSeconds } from './progress.ts';
import type { RunResult } from './run.ts';
import type { Shelf } from './stock-up.ts';

export type Report = ReturnType<typeof reportOf>;

/** Builds the report of a replay, with amounts in pence. `plan` is the requested part of the file. */
export function reportOf(
  file: string,
  plan: Plan,
  shelf: Shelf,
  { invoices, orders, refused, cancellations, failures }: RunResult,
  { elapsedMs, interrupted, violations }: { elapsedMs: number; interrupted: boolean; violations: Violation[] | null },
) {
  const planned = totalsOf(plan);
  const sum = (of: (order: PlacedOrder) => number, state?: PlacedOrder['state']) =>
    orders.reduce((total, order) => (state && order.state !== state ? total : total + of(order)), 0);
  const byState = (state: PlacedOrder['state']) => ({
    orders: sum(() => 1, state),
    amount: sum(({ amount }) => amount, state),
  });
  return {
    file,
    rows: { read: plan.rows, leftOut: plan.leftOut },
    invoices: { planned: plan.invoices.length, replayed: invoices, withoutUsableRow: plan.emptyInvoices },
    products: { created: shelf.created, found: shelf.found, pricedOtherwise: shelf.pricedOtherwise },
    unitsReceived: shelf.unitsReceived,
    planned: { ...planned, difference: planned.ourAmount - planned.fileAmount },
    orders: {
      taken: orders.length,
      refused: Object.fromEntries(refused),
      shipped: byState('SHIPPED'),
      open: byState('PAID'),
      unpaid: byState('UNPAID'),
      canceled: byState('CANCELED'),
    },
    taken: { lines: sum(({ lines }) => lines), units: sum(({ units }) => units), amount: sum(({ amount }) => amount) },
    cancellations,
    failures: failures.count,
    elapsedMs,
    ordersPerSecond: elapsedMs > 0 ? Math.round((orders.length / elapsedMs) * 100_000) / 100 : 0,
    interrupted,
    violations,
  };
}

/** Renders the report for people. */
export function renderReport(report: Report, screen: Screen): string {
  const { rows, invoices, products, planned, orders, taken, cancellations } = report;
  const number = (value: number) => value.toLocaleString('en');
  const money = (amount: number) => formatMoney(amount, CURRENCY);
  const some = ({ orders: count, amount }: { orders: number; amount: number }) => `${number(count)}, ${money(amount)}`;
  const leftOut = rows.leftOut.reduce((sum, { rows: count }) => sum + count, 0);
  const refused = Object.entries(orders.refused);
  const refusedCount = refused.reduce((sum, [, count]) => sum + count, 0);
  const share = planned.fileAmount > 0 ? ` (${((planned.difference / planned.fileAmount) * 100).toFixed(2)} %)` : '';
  const difference = `${planned.difference < 0 ? '' : '+'}${money(planned.difference)}${share}`;
  const otherwise = products.pricedOtherwise > 0 ? `, ${number(products.pricedOtherwise)} at another price` : '';

  const fields: [string, string | null][] = [
    ['File', report.file],
    ['Rows', `${number(rows.read)}, of which left out: ${number(leftOut)}`],
    ...rows.leftOut.map((left): [string, string] => [
      ' ',
      `${left.reason}: ${number(left.rows)}, first in line ${left.firstLine}`,
    ]),
    ['Invoices', `${number(invoices.replayed)} of ${number(invoices.planned)} replayed`],
    [' ', `${number(invoices.withoutUsableRow)} in the file have no usable row`],
    ['Products', `${number(products.created)} created, ${number(products.found)} were there${otherwise}`],
    ['Stock', `${number(report.unitsReceived)} units received`],
    ['Orders taken', `${number(orders.taken)} of ${number(planned.orders)}`],
    ['  shipped', some(orders.shipped)],
    ['  open', some(orders.open)],
    ['  canceled', some(orders.canceled)],
    ['  unpaid', orders.unpaid.orders > 0 ? some(orders.unpaid) : null],
    ['Orders refused', number(refusedCount)],
    ...refused.map(([code, count]): [string, string] => [' ', `${code}: ${number(count)}`]),
    ['Lines', `${number(taken.lines)} of ${number(planned.lines)}`],
    ['Units', `${number(taken.units)} of ${number(planned.units)}`],
    ['Money', `${money(taken.amount)} in the orders taken`],
    ['  in the file', `${money(planned.fileAmount)} in its ${number(planned.orders)} orders, at each row's own price`],
    ['  as planned', `${money(planned.ourAmount)}, at each product's most frequent price: ${difference}`],
    ['Cancellations', `${number(cancellations.canceling)} canceled ${number(cancellations.canceledOrders)} orders`],
    ['Returns', `${number(cancellations.returning)} of what had shipped`],
    [' ', `${number(cancellations.returnedUnits)} units, ${money(cancellations.refundedAmount)} refunded`],
    [' ', `${number(cancellations.withoutOrder)} more of what was not ordered here, or had come back`],
    ['Failed', report.failures > 0 ? number(report.failures) : null],
    ['Time', `${formatSeconds(report.elapsedMs / 1000)}, ${number(report.ordersPerSecond)} orders/s`],
  ];
  const doctor = report.violations ? renderViolations(report.violations) : 'The doctor could not be asked.';
  const stopped = report.interrupted ? 'Stopped before the end.\n' : '';
  return `${stopped}${renderRecord(fields, screen)}\n\n${doctor}`;
}
