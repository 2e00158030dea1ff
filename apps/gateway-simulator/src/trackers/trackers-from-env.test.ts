import { expect, test } from 'vitest';
import { trackersFromEnv } from './trackers-from-env.ts';

const easyPost = {
  EASYPOST_WEBHOOK_URL: 'http://127.0.0.1:3000/api/v1/shipments/webhooks/easypost',
  EASYPOST_WEBHOOK_SECRET: 'secret',
  EASYPOST_API_KEY: 'EZTK1',
};
const trackerDelivery = { TRACKER_DELIVERY_CLIENT_ID: 'id-1', TRACKER_DELIVERY_CLIENT_SECRET: 'secret-1' };

test('a tracking provider is emulated exactly when all of its variables are set', () => {
  const emulated = (env: Parameters<typeof trackersFromEnv>[0]) => trackersFromEnv(env).map(({ name }) => name);
  expect(emulated({})).toEqual([]);
  expect(emulated(easyPost)).toEqual(['easypost']);
  expect(emulated(trackerDelivery)).toEqual(['tracker-delivery']);
  expect(emulated({ ...easyPost, ...trackerDelivery })).toEqual(['easypost', 'tracker-delivery']);
  for (const name of Object.keys(easyPost)) expect(emulated({ ...easyPost, [name]: undefined })).toEqual([]);
  for (const name of Object.keys(trackerDelivery))
    expect(emulated({ ...trackerDelivery, [name]: undefined })).toEqual([]);
});
