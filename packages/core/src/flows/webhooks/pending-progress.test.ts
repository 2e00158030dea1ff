import { expect, test } from 'vitest';
import type { Delivery } from '../../webhooks/delivery.ts';
import { PendingProgress } from './pending-progress.ts';

const rowAt = (position: number): Delivery => ({
  endpointId: 'endpoint',
  position,
  eventId: `event-${position}`,
  aggregateId: 'aggregate',
  version: position,
  type: 'order.paid',
  status: 'RETRYING',
  holds: true,
  announced: false,
  attempts: 1,
  dueAt: new Date(0),
  createdAt: new Date(0),
  updatedAt: new Date(0),
});

// A row that is due in the database, and whose delivery is only about to be written, must not be delivered again.
test('rows that are being written count as changing until the database has them', () => {
  const pending = new PendingProgress();
  pending.put(rowAt(1));
  pending.remove(2);
  pending.take();
  pending.remove(3);
  expect(new Set(pending.positions)).toEqual(new Set([1, 2, 3]));
  pending.written();
  expect(pending.positions).toEqual([3]);
});

test('changes that could not be written are written later, unless the same rows have changed since', () => {
  const pending = new PendingProgress();
  pending.put(rowAt(1));
  pending.put(rowAt(2));
  const changes = pending.take();
  pending.remove(1);
  pending.restore(changes);
  expect(pending.take()).toMatchObject({ rows: [{ position: 2 }], deleted: [1] });
});
