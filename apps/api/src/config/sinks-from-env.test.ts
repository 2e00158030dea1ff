import { expect, test } from 'vitest';
import { EnvError, readEnv, type Variables } from './env.ts';
import { sinksFromEnv } from './sinks-from-env.ts';

const env = (variables: Variables) => readEnv({ DATABASE_URL: 'postgres://localhost/shop', ...variables });
const namesOf = async (variables: Variables) => (await sinksFromEnv(env(variables))).map(({ name }) => name);

test('a sink is on when its URL is set', async () => {
  expect(await namesOf({})).toEqual([]);
  expect(await namesOf({ NATS_URL: 'nats://127.0.0.1:4222' })).toEqual(['nats']);
  expect(await namesOf({ NATS_URL: 'tls://broker', AMQP_URL: 'amqps://user:secret@broker/shop' })).toEqual([
    'nats',
    'rabbitmq',
  ]);
});

test.each([
  { NATS_URL: 'http://hunter2' },
  { NATS_STREAM: 'hunter2.a' },
  { NATS_SUBJECT: 'hunter2.>' },
  { AMQP_URL: 'nats://hunter2' },
  { AMQP_EXCHANGE: 'hunter2 a' },
])('%j is refused, and the message does not repeat the value', (variables) => {
  const read = () => env(variables);
  expect(read).toThrow(EnvError);
  expect(read).toThrow(Object.keys(variables)[0]);
  expect(read).not.toThrow('hunter2');
});
