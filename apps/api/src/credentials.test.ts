import { expect, test } from 'vitest';
import { Credentials } from './credentials.ts';

const asked: (string | undefined)[] = [];
const credentials = new Credentials(
  (refused) => `token-${asked.push(refused)}`,
  async () => new Response(),
);

/** Sends a request of an operation, and returns the response. */
async function send(operation: object): Promise<Response> {
  return credentials.fetch('https://shop.example', { headers: await credentials.headers([operation]) });
}

test('a stream is renewed each time that its token is refused after it had begun', async () => {
  const stream = {};
  expect(credentials.mayRenew(stream, await send(stream))).toBe(true);
  // The renewed token is refused at once.
  expect(credentials.mayRenew(stream, await send(stream))).toBe(false);
  credentials.accept(stream);
  expect(credentials.mayRenew(stream, await send(stream))).toBe(true);
  await send(stream);
  expect(asked).toEqual([undefined, 'token-1', undefined, 'token-3']);
});
