import { expect, test } from 'vitest';
import { EnvError, readEnv, type Variables } from './env.ts';
import { trackingFromEnv } from './tracking-from-env.ts';

const env = (variables: Variables) => readEnv({ DATABASE_URL: 'postgres://localhost/shop', ...variables });
const providers = (variables: Variables) => trackingFromEnv(env(variables));

const easyPost = { EASYPOST_API_KEY: 'EZTK1', EASYPOST_WEBHOOK_SECRETS: 'current, rotated out' };
const trackerDelivery = {
  TRACKER_DELIVERY_CLIENT_ID: 'id-1',
  TRACKER_DELIVERY_CLIENT_SECRET: 'secret-1',
  TRACKER_DELIVERY_CALLBACK_URL: 'https://shop.example/api/v1/shipments/webhooks/tracker-delivery',
};

test('a service is on exactly when all of its variables are set', async () => {
  const names = async (variables: Variables) => (await providers(variables)).map(({ name }) => name);
  expect(await names({})).toEqual([]);
  expect(await names({ EASYPOST_API_URL: 'http://127.0.0.1:3001/easypost' })).toEqual([]);
  expect(await names(easyPost)).toEqual(['easypost']);
  expect(await names(trackerDelivery)).toEqual(['tracker-delivery']);
  expect(await names({ ...easyPost, ...trackerDelivery })).toEqual(['easypost', 'tracker-delivery']);
});

test.each([easyPost, trackerDelivery])('with one variable less %j is refused, and the missing one is named', (all) => {
  for (const name of Object.keys(all))
    expect(() => env({ ...all, [name]: undefined }), name).toThrow(`  ${name}: is missing`);
});

test('EASYPOST_CARRIERS adds carriers by the spelling of the shop', async () => {
  const [provider] = await providers({ ...easyPost, EASYPOST_CARRIERS: 'Our courier = OnTrac, DHL=DhlEcs' });
  expect(provider!.tracks('our-courier')).toBe(true);
  expect(provider!.isCarrier('DHL', 'DhlEcs')).toBe(true);
  expect(provider!.isCarrier('DHL', 'DHLExpress')).toBe(false);
});

test.each<Record<string, string>>([
  { EASYPOST_API_KEY: 'EZ hunter2' },
  { EASYPOST_WEBHOOK_SECRETS: ' , ' },
  { EASYPOST_CARRIERS: 'hunter2' },
  { EASYPOST_CARRIERS: ' =hunter2' },
  { EASYPOST_CARRIERS: 'hunter2=a=b' },
  { EASYPOST_CARRIERS: 'hunter2=' },
  { EASYPOST_API_URL: 'ftp://hunter2' },
  { TRACKER_DELIVERY_CLIENT_ID: 'hunter2:secret' },
  { TRACKER_DELIVERY_CLIENT_SECRET: 'hunter2 secret' },
  { TRACKER_DELIVERY_CALLBACK_URL: 'https://hunter2.example/webhooks' },
  { TRACKER_DELIVERY_API_URL: 'hunter2' },
])('%j is refused, and the message does not repeat the value', (variables) => {
  const read = () => env({ ...easyPost, ...trackerDelivery, ...variables });
  expect(read).toThrow(EnvError);
  expect(read).toThrow(Object.keys(variables)[0]);
  expect(read).not.toThrow('hunter2');
});

test('EASYPOST_WEBHOOK_SECRET is a near miss of the known name', () => {
  expect(() => env({ EASYPOST_WEBHOOK_SECRET: 'secret' })).toThrow('did you mean EASYPOST_WEBHOOK_SECRETS?');
});
