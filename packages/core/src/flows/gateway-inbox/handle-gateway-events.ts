import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, invalidTransition, refused, type Outcome } from '../../errors.ts';
import type { EventOutcome } from '../../gateway-inbox/gateway-event.ts';
import { lockGatewayEvent, updateGatewayEvents, type InboxRow } from '../../gateway-inbox/gateway-event-repository.ts';

/** REDRIVE tries a gateway event again from its first attempt. DISMISS ends its tries. */
export type HandleGatewayEventCommand = { gatewayEventId: string; to: 'REDRIVE' | 'DISMISS' };

const redrivable: readonly EventOutcome[] = ['UNMATCHED', 'RECEIVED', 'PARKED', 'DISMISSED'];
const dismissable: readonly EventOutcome[] = ['UNMATCHED', 'RECEIVED', 'PARKED'];

/**
 * Redrives or dismisses gateway events that wait or are PARKED, for an operator. An event that was applied, ignored or
 * found in CONFLICT stays as it is.
 * @returns the event, RECEIVED and due now, or DISMISSED · refusals: gateway_event_not_found, invalid_transition
 */
export async function handleGatewayEvents(
  tx: Transaction,
  commands: readonly HandleGatewayEventCommand[],
): Promise<Outcome<InboxRow>[]> {
  await tx.began;
  const outcomes: Outcome<InboxRow>[] = [];
  // Sorted by id: two transactions that lock two events in opposite order would deadlock.
  for (const command of commands.toSorted((a, b) => (a.gatewayEventId < b.gatewayEventId ? -1 : 1))) {
    outcomes.push(await handle(tx, command));
  }
  return outcomes;
}

async function handle(tx: Transaction, { gatewayEventId, to }: HandleGatewayEventCommand): Promise<Outcome<InboxRow>> {
  const row = await lockGatewayEvent(tx, gatewayEventId);
  if (!row) return refused(new CommerceError('gateway_event_not_found', 'no such event of a gateway'));
  const next = to === 'REDRIVE' ? 'RECEIVED' : 'DISMISSED';
  if (!(to === 'REDRIVE' ? redrivable : dismissable).includes(row.outcome)) {
    return refused(invalidTransition('gateway_event', row.outcome, next));
  }
  const handled: InboxRow =
    to === 'REDRIVE'
      ? { ...row, outcome: 'RECEIVED', attempts: 0, dueAt: tx.now, decidedAt: null }
      : { ...row, outcome: 'DISMISSED', dueAt: null, decidedAt: tx.now };
  updateGatewayEvents(tx, [handled]);
  return accepted(handled);
}
