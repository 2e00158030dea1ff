import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { startSimulator } from '../simulator.testing.ts';

test('with `reads: false`, calls that change a payment have faults and reads have none', async () => {
  const { request, pay } = await startSimulator();
  const paymentId = randomUUID();
  await pay({ paymentId, amount: 1000, currency: 'EUR', outcome: 'AUTHORIZED' });
  const capture = () => request(`/mock/v1/payments/${paymentId}/capture`, { amount: 1000 });
  const read = () => request(`/mock/v1/payments/${paymentId}`);
  const everything = { seed: 1, scale: 0, rates: { error_before: 1 } };

  await request('/hostile', everything);
  expect([(await read()).status, (await capture()).status]).toEqual([500, 500]);
  await request('/hostile', { ...everything, reads: false });
  expect([(await read()).status, (await capture()).status]).toEqual([200, 500]);
});
