import { inSchemaOrder } from '../payload-order.ts';
import type { EventPayloads, EventType } from '../payloads.ts';

const exampleTime = '2026-01-31T09:30:00.000Z';

/**
 * Returns a stored payload as an example that is the same on every run: ids are numbered in the order in which they
 * appear, and every time is one time.
 */
export function exampleOf(type: EventType, payload: Record<string, unknown>): Record<string, unknown> {
  const ids = new Map<string, string>();
  const numbered = (id: string): string => {
    const number = String(ids.size + 1).padStart(12, '0');
    if (!ids.has(id)) ids.set(id, `0190b2a4-0000-7000-8000-${number}`);
    return ids.get(id) ?? id;
  };
  const json = JSON.stringify(inSchemaOrder(type, payload))
    .replaceAll(/"number":"[^"]+"/g, '"number":"4F7K-29QD"')
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, numbered)
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, exampleTime);
  // The text is that of an object.
  return JSON.parse(json) as Record<string, unknown>;
}

const exampleId = (number: number): string => `0190b2a4-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** Examples of the types that no flow of the populated test shop records. */
export const writtenExamples: { [T in 'order.fulfillment_changed' | 'refund.unknown']: EventPayloads[T] } = {
  'order.fulfillment_changed': {
    orderId: exampleId(1),
    orderStatus: 'PAID',
    fulfillmentStatus: 'SHIPPED',
    reservationStatus: 'COMMITTED',
    refundId: exampleId(2),
  },
  'refund.unknown': {
    orderId: exampleId(1),
    orderStatus: 'PAID',
    fulfillmentStatus: 'UNFULFILLED',
    reservationStatus: 'COMMITTED',
    refundId: exampleId(2),
    paymentId: exampleId(3),
  },
};
