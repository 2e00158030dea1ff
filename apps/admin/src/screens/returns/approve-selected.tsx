import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { client, isRefusal, newIdempotencyKey } from '../../api.ts';
import { Button, Failure } from '../../components/parts.tsx';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import { readPartsAgain } from '../order/use-order.ts';
import type { ListedReturn } from './returns-tabs.ts';

/** Approves several returns as they were requested, one after the other. It stops at the first one that is refused. */
export function ApproveSelected({ returns, onDone }: { returns: readonly ListedReturn[]; onDone: () => void }) {
  const { actions } = useTexts();
  const { approve: texts } = useTextsOf(returnsTexts);
  const keys = useRef(new Map<string, string>());
  const approve = useMutation({
    async mutationFn() {
      for (const { id: returnId, orderId, orderVersion: expectedVersion, status } of returns) {
        if (status !== 'REQUESTED') continue;
        const idempotencyKey = keys.current.get(returnId) ?? newIdempotencyKey();
        keys.current.set(returnId, idempotencyKey);
        try {
          await client.return.approve.mutate({ returnId, expectedVersion }, { context: { idempotencyKey } });
        } catch (error) {
          if (isRefusal(error)) keys.current.delete(returnId);
          throw error;
        } finally {
          readPartsAgain(orderId);
        }
      }
    },
    onSuccess: onDone,
  });
  return (
    <>
      <Button onClick={() => approve.mutate()} disabled={approve.isPending}>
        {approve.isPending ? actions.working : texts.selected}
      </Button>
      {approve.error && <Failure error={approve.error} />}
    </>
  );
}
