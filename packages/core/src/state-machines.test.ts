import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { creditTransitions } from './credit/credit.ts';
import {
  orderStatusRecorded,
  paymentStatusRecorded,
  refundStatusRecorded,
  returnStatusRecorded,
  shipmentStatusRecorded,
} from './doctor/recorded-statuses.ts';
import { eventPayloads } from './events/payloads.ts';
import { fulfillmentStatuses, orderTransitions, reservationOf } from './order/order.ts';
import { paymentTransitions } from './payment/payment.ts';
import { refundTransitions } from './refund/refund.ts';
import { returnTransitions } from './returns/return.ts';
import { parcelTransitions } from './shipping/parcel.ts';
import { shipmentTransitions } from './shipping/shipment.ts';
import { first, present } from './testing/only.ts';
import { webhookEndpointTransitions } from './webhooks/webhook-endpoint.ts';

const page = readFileSync(new URL('../../../docs/state-machines.md', import.meta.url), 'utf8');
const sections = new Map(page.split(/^#{2,3} /m).map((text) => [text.slice(0, text.indexOf('\n')), text]));

/** Returns the arrows of a section's diagram. `[*]` stands for the start and for the end. */
const arrowsOf = (section: string) =>
  [...present(sections.get(section), section).matchAll(/^ +(\S+) --> ([\w[\]*]+)(?:: (\S+))?$/gm)].map(
    ([, from, to, label]) => ({
      from: present(from, 'the source of an arrow'),
      to: present(to, 'the target of an arrow'),
      label,
    }),
  );

/** Returns the cells of each row of a section's table, without backticks and padding. */
const rowsOf = (section: string) =>
  [...present(sections.get(section), section).matchAll(/^\| (`.*) \|$/gm)].map(([, row]) =>
    present(row, 'a table row')
      .replaceAll('`', '')
      .split(' | ')
      .map((cell) => cell.trim()),
  );

type Machine = {
  section: string;
  transitions: Record<string, readonly string[]>;
  first: string;
  recorded: Record<string, string>;
};

const stateMachines: Machine[] = [
  { section: 'Order', transitions: orderTransitions, first: 'CREATED', recorded: orderStatusRecorded },
  { section: 'Payment', transitions: paymentTransitions, first: 'CREATED', recorded: paymentStatusRecorded },
  { section: 'Refund', transitions: refundTransitions, first: 'REQUESTED', recorded: refundStatusRecorded },
  { section: 'Shipment', transitions: shipmentTransitions, first: 'READY', recorded: shipmentStatusRecorded },
  { section: 'Return', transitions: returnTransitions, first: 'REQUESTED', recorded: returnStatusRecorded },
  {
    section: 'Credit',
    transitions: creditTransitions,
    first: 'RESERVED',
    recorded: { 'return.exchanged': 'RESERVED', 'order.paid': 'SPENT', 'return.credit_released': 'RELEASED' },
  },
  {
    section: 'Webhook endpoint',
    transitions: webhookEndpointTransitions,
    first: 'ACTIVE',
    // An operator's changes record no event.
    recorded: { 'endpoint.disabled': 'DISABLED' },
  },
];

const machines = stateMachines.map(({ recorded, ...machine }) => ({
  ...machine,
  eventsByStatus: Map.groupBy(Object.entries(recorded), ([, status]) => status),
}));

describe.each(machines)(
  'the section $section of docs/state-machines.md',
  ({ section, transitions, first: firstStatus, eventsByStatus }) => {
    test('draws exactly the transitions of the code, from the first status to the final ones', () => {
      const ends = Object.keys(transitions).filter((status) => transitions[status]?.length === 0);
      expect(
        arrowsOf(section)
          .map(({ from, to }) => `${from} → ${to}`)
          .toSorted(),
      ).toEqual(
        [
          `[*] → ${firstStatus}`,
          ...Object.entries(transitions).flatMap(([from, all]) => all.map((to) => `${from} → ${to}`)),
          ...ends.map((status) => `${status} → [*]`),
        ].toSorted(),
      );
    });

    test('describes every status and names the event that enters it', () => {
      const rows = rowsOf(section);
      expect(rows.map(([status]) => status)).toEqual(Object.keys(transitions));
      for (const row of rows) {
        const status = first(row);
        const events = eventsByStatus.get(status)?.map(([type]) => type);
        expect(row.at(-2), status).toBe(events?.join(', ') ?? '—');
        expect(row.at(-1), status).toMatch(/^[A-Z].+\.$/);
      }
    });
  },
);

test('each transition of an order is labeled with the event that records it', () => {
  const { eventsByStatus } = first(machines);
  for (const { from, to, label } of arrowsOf('Order'))
    expect(eventsByStatus.get(to)?.map(([type]) => type) ?? [undefined], `${from} → ${to}`).toContain(label);
});

test('the table of order statuses names the reservation status of each order status', () => {
  expect(Object.fromEntries(rowsOf('Order').map(([status, stock]) => [status, stock]))).toEqual(reservationOf);
});

test('the table of fulfillment statuses lists every fulfillment status', () => {
  expect(rowsOf('Fulfillment').map(([status]) => status)).toEqual(fulfillmentStatuses);
});

describe('the section Parcel of docs/state-machines.md', () => {
  /** A tracking as the diagram has it. */
  const drawn = (tracking: string) => (tracking === 'LABEL' || tracking === 'DELIVERED' ? tracking : 'ON_ITS_WAY');

  test('draws exactly the transitions of the code, with one state for all places of the journey', () => {
    const transitions = Object.entries(parcelTransitions).flatMap(([from, all]) =>
      all.map((to) => ({ from: drawn(from), to: drawn(to) })),
    );
    const arrows = transitions.filter(({ from, to }) => from !== to).map(({ from, to }) => `${from} → ${to}`);
    expect(
      arrowsOf('Parcel')
        .map(({ from, to }) => `${from} → ${to}`)
        .toSorted(),
    ).toEqual([...new Set(['[*] → LABEL', ...arrows, 'DELIVERED → [*]'])].toSorted());
  });

  test('describes every tracking, and names events that exist', () => {
    const rows = rowsOf('Parcel');
    expect(rows.map(([tracking]) => tracking)).toEqual(Object.keys(parcelTransitions));
    for (const [tracking, events, , meaning] of rows) {
      expect(['—', ...Object.keys(eventPayloads)], tracking).toEqual(
        expect.arrayContaining((events ?? '').split(', ')),
      );
      expect(meaning, tracking).toMatch(/^[A-Z].+\.$/);
    }
  });
});
