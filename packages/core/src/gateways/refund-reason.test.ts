import { describe, expect, test } from 'vitest';
import { newId } from '../ids.ts';
import { refundReason, refundIdIn } from './refund-reason.ts';

const id = newId();

describe('the end of a refund’s reason identifies the refund', () => {
  test.each(['requested', 'order_canceled', '수'.repeat(500)])(
    'for every reason, in at most 200 characters: %s',
    (reason) => {
      const text = refundReason({ id, reason });
      expect(text.length).toBeLessThanOrEqual(200);
      expect(refundIdIn(text)).toBe(id);
    },
  );

  test.each([null, undefined, '', 'Customer wants refund', `[refund ${id}] twice`, ` [refund ${'-'.repeat(36)}]`])(
    '%j contains no id of a refund',
    (reason) => {
      expect(refundIdIn(reason)).toBeNull();
    },
  );
});
