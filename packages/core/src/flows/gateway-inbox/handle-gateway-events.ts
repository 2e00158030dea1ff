import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, invalidTransition, refused, type Outcome } from '../../errors.ts';
import type { EventOutcome } from '../../gateway-inbox/gateway-event.ts';
import { lockGatewayEvent, updateGatewayEvents, type InboxRow } from '../../gateway-inbox/gateway-event-repository.ts';

/** What an operator does with a message that wasn't applied: REDRIVE has it tried anew, DISMISS puts it aside for good. */
export type HandleGatewayEventCommand = { gatewayEventId: string; to: 'REDRIVE' | 'DISMISS' };

const redrivable: readonly EventOutcome[] = ['UNMATCHED', 'RECEIVED', 'PARKED', 'DISMISSED'];
const dismissable: readonly EventOutcome[] = ['UNMATCHED', 'RECEIVED', 'PARKED'];

/**
 * Handles messages that wait, or have waited in vain. A message that was applied, ignored or in CONFLICT stays as it is.
 * @returns the message, RECEIVED and due now, or DISMISSED · refusals: gateway_event_not_found, invalid_transition
 */
export async function handleGatewayEvents(
  tx: Transaction,
  commands: readonly HandleGatewayEventCommand[],
): Promise<Outcome<InboxRow>[]> {
  await tx.began;
  const outcomes: Outcome<InboxRow>[] = [];
  for (const { gatewayEventId, to } of commands.toSorted((a, b) => (a.gatewayEventId < b.gatewayEventId ? -1 : 1))) {
    const row = await lockGatewayEvent(tx, gatewayEventId);
    if (!row) {
      outcomes.push(refused(new CommerceError('gateway_event_not_found', 'no such event of a gateway')));
      continue;
    }
    const next = to === 'REDRIVE' ? 'RECEIVED' : 'DISMISSED';
    if (!(to === 'REDRIVE' ? redrivable : dismissable).includes(row.outcome)) {
      outcomes.push(refused(invalidTransition('gateway_event', row.outcome, next)));
      continue;
    }
    const handled: InboxRow =
      to === 'REDRIVE'
        ? { ...row, outcome: 'RECEIVED', attempts: 0, dueAt: tx.now, decidedAt: null }
        : { ...row, outcome: 'DISMISSED', dueAt: null, decidedAt: tx.now };
    updateGatewayEvents(tx, [handled]);
    outcomes.push(accepted(handled));
  }
  return outcomes;
}
