import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, invalidTransition, refused, type Outcome } from '../../errors.ts';
import type { MessageOutcome, TrackingMessageRow } from '../../shipping/tracking-message.ts';
import { lockMessage, retryTrackingMessagesJob, updateMessages } from '../../shipping/tracking-message-repository.ts';

/** REDRIVE tries a carrier's message again from its first attempt. DISMISS ends its tries. */
export type HandleTrackingMessageCommand = { messageId: string; to: 'REDRIVE' | 'DISMISS' };

const dismissable: readonly MessageOutcome[] = ['UNMATCHED', 'RECEIVED', 'PARKED'];
const redrivable: readonly MessageOutcome[] = [...dismissable, 'DISMISSED'];

/**
 * Redrives or dismisses messages of carriers that wait or are PARKED, for an operator.
 * @returns the message, RECEIVED and due now, or DISMISSED · refusals: tracking_message_not_found, invalid_transition
 */
export async function handleTrackingMessages(
  tx: Transaction,
  commands: readonly HandleTrackingMessageCommand[],
): Promise<Outcome<TrackingMessageRow>[]> {
  await tx.began;
  const outcomes: Outcome<TrackingMessageRow>[] = [];
  // Sorted by id: two transactions that lock two messages in opposite order would deadlock.
  for (const command of commands.toSorted((a, b) => (a.messageId < b.messageId ? -1 : 1)))
    outcomes.push(await handle(tx, command));
  return outcomes;
}

async function handle(
  tx: Transaction,
  { messageId, to }: HandleTrackingMessageCommand,
): Promise<Outcome<TrackingMessageRow>> {
  const row = await lockMessage(tx, messageId);
  if (!row) return refused(new CommerceError('tracking_message_not_found', 'no such message of a carrier'));
  const next = to === 'REDRIVE' ? 'RECEIVED' : 'DISMISSED';
  if (!(to === 'REDRIVE' ? redrivable : dismissable).includes(row.outcome))
    return refused(invalidTransition('tracking_message', row.outcome, next));
  const handled: TrackingMessageRow =
    to === 'REDRIVE'
      ? { ...row, outcome: 'RECEIVED', attempts: 0, dueAt: tx.now, decidedAt: null }
      : { ...row, outcome: 'DISMISSED', dueAt: null, decidedAt: tx.now };
  updateMessages(tx, [handled]);
  if (to === 'REDRIVE') tx.notify(retryTrackingMessagesJob);
  return accepted(handled);
}
