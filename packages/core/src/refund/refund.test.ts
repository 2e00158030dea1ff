import { expect, test } from 'vitest';
import { refundStatuses, refundTransitions } from './refund.ts';

test('a refund is asked for, sent, and ends; one whose answer is unknown is asked about and never sent anew', () => {
  const steps = refundStatuses.flatMap((from) => refundTransitions[from].map((to) => `${from} → ${to}`));
  // Written out a second time, on purpose: a change of the table has to be meant twice.
  expect(steps).toEqual([
    'REQUESTED → SUBMITTED',
    'REQUESTED → SUCCEEDED',
    'REQUESTED → FAILED',
    'SUBMITTED → SUCCEEDED',
    'SUBMITTED → FAILED',
    'SUBMITTED → UNKNOWN',
    'UNKNOWN → SUBMITTED',
    'UNKNOWN → SUCCEEDED',
    'UNKNOWN → FAILED',
    'SUCCEEDED → FAILED',
    'FAILED → SUCCEEDED',
  ]);
  expect(refundStatuses).toEqual(['REQUESTED', 'SUBMITTED', 'UNKNOWN', 'SUCCEEDED', 'FAILED']);
});
