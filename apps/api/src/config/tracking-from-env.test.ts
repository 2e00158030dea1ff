import { expect, test } from 'vitest';
import { readEnv } from './env.ts';
import { trackingFromEnv, trackingTimes } from './tracking-from-env.ts';

const DATABASE_URL = 'postgres://localhost/shop';
const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const read = (variables: Record<string, string> = {}) => readEnv({ DATABASE_URL, ...variables });

test('tracks no parcels unless a provider is configured', async () => {
  expect(await trackingFromEnv(read())).toEqual([]);
  expect(trackingTimes(read())).toEqual({ trackingSilentMs: 7 * 86_400_000, trackingPollMs: 4 * 3_600_000 });
});

test('switches the mock carrier on by its secret, and polls it where it has a URL', async () => {
  const [mock] = await trackingFromEnv(read({ TRACKING_MOCK_SECRET: `${secret}, ${secret}` }));
  expect(mock).toMatchObject({ name: 'mock' });
  expect(mock).not.toHaveProperty('poll');
  const [polled] = await trackingFromEnv(
    read({ TRACKING_MOCK_SECRET: secret, TRACKING_MOCK_URL: 'http://127.0.0.1:3001/mock-carrier/' }),
  );
  expect(polled).toHaveProperty('poll');
  expect(trackingTimes(read({ TRACKING_SILENT_DAYS: '0.5', TRACKING_POLL_MINUTES: '1' }))).toEqual({
    trackingSilentMs: 43_200_000,
    trackingPollMs: 60_000,
  });
});

test.each<[Record<string, string>, string]>([
  [{ TRACKING_MOCK_SECRET: 'secret' }, 'TRACKING_MOCK_SECRET: must be whsec_'],
  [{ TRACKING_MOCK_URL: 'http://127.0.0.1:3001' }, 'TRACKING_MOCK_SECRET: is missing'],
  [{ TRACKING_MOCK_SECRET: secret, TRACKING_MOCK_URL: 'ftp://x' }, 'TRACKING_MOCK_URL: must be an http'],
  [{ TRACKING_SILENT_DAYS: '0' }, 'TRACKING_SILENT_DAYS: must be'],
  [{ TRACKING_SILENT_DAY: '3' }, 'did you mean TRACKING_SILENT_DAYS'],
])('refuses %j', (variables, message) => {
  expect(() => read(variables)).toThrow(message);
});
