import { expect, test } from 'vitest';
import { useShop } from '../testing/shop.ts';

const shop = useShop();

async function signIn(name: string) {
  const { key } = await shop.api.commerce.createApiKey({ name, scopes: ['orders', 'money'] });
  return shop.api.commerce.signIn({ key });
}

test('sessions list shows the operators who are signed in, and sessions end signs one of them out', async () => {
  expect(await shop.run('sessions', 'list')).toMatchObject({
    code: 0,
    out: '',
    err: 'No operator is signed in at the page.\n',
  });
  const [desk, laptop] = [await signIn('packing desk'), await signIn('lost laptop')];
  const { out } = await shop.run('sessions', 'list');
  const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
  const row = ({ sessionId, name }: typeof desk) => `${sessionId}  ${name} +${time}  ${time}  ${time}  orders, money`;
  expect(out).toMatch(new RegExp(`^ID .*\n${row(laptop)}\n${row(desk)}\n$`));
  expect(out).not.toContain(laptop.token);

  const { sessionId } = laptop;
  expect((await shop.run('sessions', 'end', '--yes', sessionId)).out).toBe(
    `The session ${sessionId} of lost laptop is ended.\n`,
  );
  expect(await shop.api.commerce.findSession(laptop.token)).toBeUndefined();
  expect((await shop.json('sessions', 'list')).items).toMatchObject([{ sessionId: desk.sessionId, isOwn: false }]);
  const again = await shop.run('sessions', 'end', '--yes', sessionId);
  expect(again).toMatchObject({ code: 1, out: '' });
  expect(again.err).toContain('commerce sessions list');
});

test('sessions end takes the beginning of an id', async () => {
  const { sessionId, token } = await signIn('phone');
  expect(await shop.json('sessions', 'end', '--yes', sessionId.slice(0, -4))).toMatchObject({
    sessionId,
    name: 'phone',
  });
  expect(await shop.api.commerce.findSession(token)).toBeUndefined();
});
