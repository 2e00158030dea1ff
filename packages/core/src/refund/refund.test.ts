import { expect, test } from 'vitest';
import { refundStatuses, refundTransitions } from './refund.ts';

test('a refund changes exactly as its state machine allows', () => {
  const steps = refundStatuses.flatMap((from) => refundTransitions[from].map((to) => `${from} → ${to}`));
  // Repeats the table in code on purpose: changing a transition takes two deliberate edits.
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
