import { expect, test } from 'vitest';
import type { Ledger } from '../shop/call.ts';
import { checkUnits } from './units.ts';

const call = (procedure: string, input: object, ok: boolean) => ({
  procedure,
  input,
  answer: ok ? { ok, value: {} } : { ok, code: 'no_answer' as const },
});

/** Checks a shop with these units of one line, after these calls. Returns the number of findings. */
async function findingsOf(units: { id: string; what: string; units: number }, calls: ReturnType<typeof call>[]) {
  const query = async () => [{ lineNo: 1, ...units }];
  // Only the parts of an entry that the check reads.
  const ledger = new Map(calls.map((entry, index) => [`key-${index}`, entry])) as unknown as Ledger;
  return (await checkUnits({ database: { query } } as never, { ledger })).length;
}

const cancel = call('order.cancelLines', { orderId: 'o', lines: [{ lineNo: 1, quantity: 2 }] }, true);
const receive = call('return.receive', { returnId: 'r', lines: [{ lineNo: 1, restockQty: 1 }] }, true);

test('units that were canceled or received once for each acknowledged call are no finding', async () => {
  expect(await findingsOf({ id: 'o', what: 'canceled', units: 4 }, [cancel, cancel])).toBe(0);
  expect(await findingsOf({ id: 'r', what: 'restocked', units: 1 }, [receive])).toBe(0);
});

test('units that were canceled twice by one call, or not at all, are a finding', async () => {
  expect(await findingsOf({ id: 'o', what: 'canceled', units: 4 }, [cancel])).toBe(1);
  expect(await findingsOf({ id: 'o', what: 'canceled', units: 0 }, [cancel])).toBe(1);
  expect(await findingsOf({ id: 'r', what: 'restocked', units: 2 }, [receive])).toBe(1);
});

test('a call without a response may have changed its units or not', async () => {
  const unanswered = call('order.cancelLines', cancel.input, false);
  for (const units of [0, 2]) expect(await findingsOf({ id: 'o', what: 'canceled', units }, [unanswered])).toBe(0);
  expect(await findingsOf({ id: 'o', what: 'canceled', units: 4 }, [unanswered])).toBe(1);
});
