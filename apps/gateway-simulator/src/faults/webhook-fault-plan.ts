import { randomUUID } from 'node:crypto';
import type { Change } from '../bank/change.ts';
import type { QueuedWebhook } from '../emulators/emulated-provider.ts';
import type { Webhook } from '../emulators/emulator.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { HostileMode } from './hostile-mode.ts';

/** The faults of one webhook's delivery. */
export type WebhookFaultPlan = {
  drop: boolean;
  delayMs: number;
  /** How long the webhook waits for the payment's next one to overtake it; 0 without the fault `reordered`. */
  reorderMs: number;
  copies: number;
  /** Webhooks that are sent after it, one for each fault. */
  further: { kind: FaultKind; webhook: Webhook; afterMs: number }[];
};

/** The plan of a delivery without faults. */
export const noFaults: WebhookFaultPlan = { drop: false, delayMs: 0, reorderMs: 0, copies: 1, further: [] };

/** Draws the faults of a webhook. The same change of the same payment has the same faults with the same seed. */
export function planWebhookFaults(
  hostile: HostileMode,
  { change, webhook, provider: { emulator } }: QueuedWebhook,
): WebhookFaultPlan {
  if (!hostile.isOn()) return noFaults;
  const { payment, type } = change;
  const index = emulator.webhooksFor(change).findIndex(({ id }) => id === webhook.id);
  const kind = `${payment.faultKey} ${type} ${index}`;
  const key = `${kind} ${hostile.nextOccurrence(kind)}`;
  const happens = (fault: FaultKind): boolean => hostile.happens(fault, key);
  if (happens('dropped')) return { ...noFaults, drop: true };

  /** The webhook for a modified change; undefined when the modification makes no difference. */
  const modified = (changes: Partial<Change>): Webhook | undefined => {
    const made = emulator.webhooksFor({ ...change, ...changes })[index];
    const sentText = (one: Webhook): string => `${JSON.stringify(emulator.webhookHeaders(one, change.at))}${one.body}`;
    return made && sentText(made) !== sentText(webhook) ? made : undefined;
  };
  const further: WebhookFaultPlan['further'] = [];
  const add = (fault: FaultKind, make: () => Webhook | undefined) => {
    const made = happens(fault) ? make() : undefined;
    if (made) further.push({ kind: fault, webhook: made, afterMs: hostile.drawDelayMs(fault, key) });
  };
  add('duplicate_later', () => webhook);
  add('two_ids', () => modified({ id: `${change.id}b` }));
  add('other_amount_same_id', () => modified(withOtherAmounts(change)));
  add('unknown_payment', () => modified(withUnknownPayment(change)));
  add('unknown_type', () => emulator.unknownTypeWebhook({ ...change, id: `${change.id}s` }));
  return {
    drop: false,
    delayMs: happens('delayed') ? hostile.drawDelayMs('delayed', key) : 0,
    reorderMs: happens('reordered') ? (hostile.settings?.delayMs ?? 0) : 0,
    copies: happens('duplicate_at_once') ? 2 : 1,
    further,
  };
}

function withOtherAmounts({ payment, refund, dispute }: Change): Partial<Change> {
  const { requestedAmount, authorizedAmount, capturedAmount, releasedAmount } = payment;
  return {
    payment: {
      ...payment,
      requestedAmount: requestedAmount + 1,
      authorizedAmount: authorizedAmount + 1,
      capturedAmount: capturedAmount + 1,
      releasedAmount: releasedAmount + 1,
    },
    refund: refund && { ...refund, amount: refund.amount + 1 },
    dispute: dispute && { ...dispute, amount: dispute.amount + 1 },
  };
}

function withUnknownPayment({ id, payment }: Change): Partial<Change> {
  return { id: `${id}u`, payment: { ...payment, id: `${payment.id}u`, shopPaymentId: randomUUID(), details: {} } };
}
