import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { startSimulator } from '../simulator.testing.ts';

test('with `reads` off, faults befall the calls that change something, and not those that only ask', async () => {
  const { request, pay } = await startSimulator();
  const paymentId = randomUUID();
  await pay({ paymentId, amount: 1000, currency: 'EUR', outcome: 'AUTHORIZED' });
  const capture = () => request(`/mock/v1/payments/${paymentId}/capture`, { amount: 1000 });
  const look = () => request(`/mock/v1/payments/${paymentId}`);
  const everything = { seed: 1, scale: 0, rates: { error_before: 1 } };

  await request('/hostile', everything);
  expect([(await look()).status, (await capture()).status]).toEqual([500, 500]);
  await request('/hostile', { ...everything, reads: false });
  expect([(await look()).status, (await capture()).status]).toEqual([200, 500]);
});
