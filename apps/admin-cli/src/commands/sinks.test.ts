import { until } from '@commerce-core/api/testing';
import { expect, test } from 'vitest';
import { useShop } from '../testing/shop.ts';

const ids: string[] = [];
const publish = async (events: readonly { id: string }[]) => {
  ids.push(...events.map(({ id }) => id));
};
const fail = async () => Promise.reject(new Error('connection refused'));
const shop = useShop({
  sinks: [
    { name: 'broker', publish },
    { name: 'broken', publish: fail },
  ],
});

test('sinks list shows how far each sink is, and why one fails', async () => {
  await shop.api.createProduct();
  await until(async () => {
    const [broken, broker] = (await shop.json('sinks', 'list')).items;
    return broken?.lagEvents === 2 && broken.failure !== null && broker?.position === '1.2';
  });
  const { out } = await shop.run('sinks', 'list');
  expect(out).toMatch(/^broken +\S+ +2 +\d+ +\d+ .*connection refused/m);
  expect(out).toMatch(/^broker +1\.2 +0 +0 +0 /m);
});

test('events republish sends events to a sink again, and says how many', async () => {
  const ran = await shop.run('events', 'republish', 'broker', '--from', '0');
  expect(ran).toMatchObject({ code: 0, out: 'broker gets 2 events again, behind position 0.\n' });
  await until(() => ids.length === 4);
  expect(ids.slice(2)).toEqual(ids.slice(0, 2));
  expect(await shop.json('events', 'republish', 'broker', '--from', '1.1')).toMatchObject({
    position: '1.1',
    lagEvents: 1,
  });
  await until(() => ids.length === 5);
});

test.each([
  [['events', 'republish', 'nobody', '--from', '0'], 'event_sink_not_found'],
  [['events', 'republish', 'broker', '--from', 'yesterday'], 'must be a position'],
  [['events', 'republish', 'broker', '--from', '1.999'], 'position_not_found'],
  [['events', 'republish', 'broker'], '--from'],
])('commerce %j is refused in words that name the problem', async (args, words) => {
  const ran = await shop.run(...args);
  expect(ran.code).not.toBe(0);
  expect(ran.err).toContain(words);
});
