import { describe, expect, test } from 'vitest';
import { newId } from '../ids.ts';
import { reasonOf, refundIdIn } from './refund-reason.ts';

const id = newId();

describe('a refund of ours is known by the end of its reason', () => {
  test.each(['requested', 'order_canceled', '수'.repeat(500)])(
    'whatever the reason is, in 200 characters: %s',
    (reason) => {
      const told = reasonOf({ id, reason });
      expect(told.length).toBeLessThanOrEqual(200);
      expect(refundIdIn(told)).toBe(id);
    },
  );

  test.each([null, undefined, '', 'Customer wants refund', `[refund ${id}] twice`, ` [refund ${'-'.repeat(36)}]`])(
    '%j is none',
    (reason) => {
      expect(refundIdIn(reason)).toBeNull();
    },
  );
});
