import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  orderStatusRecorded,
  paymentStatusRecorded,
  refundStatusRecorded,
  shipmentStatusRecorded,
} from './doctor/recorded-statuses.ts';
import { fulfillmentStatuses, orderTransitions, reservationOf } from './order/order.ts';
import { paymentTransitions } from './payment/payment.ts';
import { refundTransitions } from './refund/refund.ts';
import { shipmentTransitions } from './shipping/shipment.ts';

const page = readFileSync(new URL('../../../docs/state-machines.md', import.meta.url), 'utf8');
const sections = new Map(page.split(/^#{2,3} /m).map((text) => [text.slice(0, text.indexOf('\n')), text]));

/** The arrows of a section's diagram: [from, to, label]; the dot outside is [*]. */
const arrowsOf = (section: string) =>
  [...sections.get(section)!.matchAll(/^ +(\S+) --> ([\w[\]*]+)(?:: (\S+))?$/gm)].map(([, from, to, label]) => ({
    from: from!,
    to: to!,
    label,
  }));

/** The rows of a section's table, without the marks of code. */
const rowsOf = (section: string) =>
  [...sections.get(section)!.matchAll(/^\| (`.*) \|$/gm)].map(([, row]) => row!.replaceAll('`', '').split(' | '));

const machines = [
  { section: 'Order', transitions: orderTransitions, first: 'CREATED', told: orderStatusRecorded },
  { section: 'Payment', transitions: paymentTransitions, first: 'CREATED', told: paymentStatusRecorded },
  { section: 'Refund', transitions: refundTransitions, first: 'REQUESTED', told: refundStatusRecorded },
  { section: 'Shipment', transitions: shipmentTransitions, first: 'READY', told: shipmentStatusRecorded },
].map(({ transitions, told, ...machine }) => ({
  ...machine,
  transitions: transitions as Record<string, readonly string[]>,
  typesInto: Map.groupBy(Object.keys(told), (type) => (told as Record<string, string>)[type]!),
}));

describe.each(machines)('docs/state-machines.md: $section', ({ section, transitions, first, typesInto }) => {
  test('the diagram has exactly the steps of the table in code, from the first status to those that end', () => {
    const ends = Object.keys(transitions).filter((status) => transitions[status]!.length === 0);
    expect(
      arrowsOf(section)
        .map(({ from, to }) => `${from} → ${to}`)
        .toSorted(),
    ).toEqual(
      [
        `[*] → ${first}`,
        ...Object.entries(transitions).flatMap(([from, all]) => all.map((to) => `${from} → ${to}`)),
        ...ends.map((status) => `${status} → [*]`),
      ].toSorted(),
    );
  });

  test('every status says what it means and which event enters it', () => {
    const rows = rowsOf(section);
    expect(rows.map(([status]) => status)).toEqual(Object.keys(transitions));
    for (const row of rows) {
      expect(row.at(-2), row[0]).toBe(typesInto.get(row[0]!)?.join(', ') ?? '—');
      expect(row.at(-1), row[0]).toMatch(/^[A-Z].+\.$/);
    }
  });
});

test("an order's steps carry the event that tells them", () => {
  const [{ typesInto }] = machines as [(typeof machines)[0]];
  for (const { from, to, label } of arrowsOf('Order'))
    expect(typesInto.get(to) ?? [undefined], `${from} → ${to}`).toContain(label);
});

test("an order's hold on stock is told beside its status", () => {
  expect(Object.fromEntries(rowsOf('Order').map(([status, stock]) => [status, stock]))).toEqual(reservationOf);
});

test('every fulfillment is there', () => {
  expect(rowsOf('Fulfillment').map(([status]) => status)).toEqual(fulfillmentStatuses);
});
