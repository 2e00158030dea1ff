import { commerceErrorOf } from '@commerce-core/client';
import { useEffect, useRef, useState } from 'react';
import { client, isRefusal, newIdempotencyKey, queryClient, trpc } from '../../../api.ts';
import type { PlannedDispatch } from './plan-dispatch.ts';

/**
 * What became of one shipment of the plan. `refused` says that the server did nothing; `unknown`, that no answer came.
 */
export type Outcome =
  | { state: 'waiting' | 'sending' | 'sent' }
  | { state: 'refused' | 'unknown'; message: string; hint: string };

/**
 * Dispatches planned shipments one after the other, each with a key of its own: what is sent again after a lost answer
 * is done once.
 */
export function useDispatches(dispatches: readonly PlannedDispatch[]) {
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const [isSending, setSending] = useState(false);
  const keys = useRef(new Map<string, string>());
  const isStopped = useRef(false);
  useWarningBeforeLeaving(isSending);
  useEffect(
    () => () => {
      isStopped.current = true;
    },
    [],
  );
  const note = (shipmentId: string, outcome: Outcome) =>
    setOutcomes((others) => new Map(others).set(shipmentId, outcome));
  const sendOne = async ({ shipmentId, parcels }: PlannedDispatch) => {
    const idempotencyKey = keys.current.get(shipmentId) ?? newIdempotencyKey();
    keys.current.set(shipmentId, idempotencyKey);
    note(shipmentId, { state: 'sending' });
    try {
      await client.shipment.dispatch.mutate({ shipmentId, parcels }, { context: { idempotencyKey } });
      note(shipmentId, { state: 'sent' });
    } catch (error) {
      if (isRefusal(error)) keys.current.delete(shipmentId);
      note(shipmentId, failureOf(error));
    }
  };
  const send = async () => {
    isStopped.current = false;
    setSending(true);
    for (const planned of dispatches) {
      if (isStopped.current) break;
      if (outcomes.get(planned.shipmentId)?.state !== 'sent') await sendOne(planned);
    }
    setSending(false);
    void queryClient.invalidateQueries({ queryKey: trpc.shipment.pathKey() });
  };
  const outcomeOf = (shipmentId: string): Outcome => outcomes.get(shipmentId) ?? { state: 'waiting' };
  return {
    isSending,
    send,
    stop: () => {
      isStopped.current = true;
    },
    outcomeOf,
    count: (...states: Outcome['state'][]) =>
      dispatches.filter(({ shipmentId }) => states.includes(outcomeOf(shipmentId).state)).length,
  };
}

const failureOf = (error: unknown): Outcome => ({
  state: isRefusal(error) ? 'refused' : 'unknown',
  message: error instanceof Error ? error.message : '',
  hint: commerceErrorOf(error)?.hint ?? '',
});

/** Asks before the page is closed or reloaded, as long as `isNeeded`. */
function useWarningBeforeLeaving(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isNeeded]);
}
