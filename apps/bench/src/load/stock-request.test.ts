import { expect, test } from 'vitest';
import { captureOrderCreate, headOf } from './stock-request.ts';

test('the typed client sends a POST of plain JSON with its token', async () => {
  const { path, headers, body } = await captureOrderCreate();
  expect(path).toBe('/trpc/order.create');
  expect(JSON.parse(body)).toEqual({ lines: [{ productId: '01900000-0000-7000-8000-000000000001', quantity: 1 }] });
  const named = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
  expect(named).toMatchObject({
    'content-type': 'application/json',
    authorization: 'Bearer a-token',
    connection: 'keep-alive',
  });
});

test('the load’s requests have the typed client’s header lines, except those that they replace', async () => {
  const captured = await captureOrderCreate();
  const head = headOf(captured, { host: 'shop', authorization: 'Bearer of-kim' }, [
    'idempotency-key',
    'content-length',
  ]);
  const lines = head
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(': '));
  const named = new Map(lines.map(([name = '', value = '']) => [name.toLowerCase(), value]));
  expect(head.startsWith('POST /trpc/order.create HTTP/1.1\r\n')).toBe(true);
  expect(named.get('host')).toBe('shop');
  expect(named.get('authorization')).toBe('Bearer of-kim');
  const own = ['host', 'authorization', 'idempotency-key', 'content-length'];
  const others = captured.headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !own.includes(name));
  expect([...named].filter(([name]) => !own.includes(name))).toEqual(others);
  expect([...named.keys()].filter((name) => own.includes(name))).toEqual(['host', 'authorization']);
});
