import { currencies } from '@commerce-core/core/gateway';
import { expect, test } from 'vitest';
import { portoneAmountRule } from './amount.ts';

test('the rule takes each currency of the library, in minor units', () => {
  const taken = [...currencies.keys()].filter((code) => portoneAmountRule(code) !== undefined);
  expect([...currencies.keys()].filter((code) => !taken.includes(code))).toEqual(['XCG', 'ZWG']);
  for (const code of taken) expect(portoneAmountRule(code)).toMatchObject({ step: 1, min: 1 });
  expect(portoneAmountRule('XXX')).toBeUndefined();
});
