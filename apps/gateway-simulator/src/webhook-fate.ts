import { randomUUID } from 'node:crypto';
import type { Change } from './bank.ts';
import type { Message } from './dialect.ts';
import type { FaultKind, Hostile } from './hostile.ts';
import type { Told } from './told.ts';

/** What the hostile mode has in mind for one message. */
export type Fate = {
  drop: boolean;
  delayMs: number;
  /** How long it waits to be overtaken by the payment's next message; 0 when it doesn't. */
  reorderMs: number;
  copies: number;
  /** Sent after it, each for a reason of its own. */
  further: { kind: FaultKind; message: Message; afterMs: number }[];
};

export const calm: Fate = { drop: false, delayMs: 0, reorderMs: 0, copies: 1, further: [] };

/** Draws what becomes of a message; the same change of the same payment has the same fate with the same seed. */
export function webhookFate(hostile: Hostile, { change, message, line: { dialect } }: Told): Fate {
  if (!hostile.isOn()) return calm;
  const { payment, type } = change;
  const place = dialect.messages(change).findIndex(({ id }) => id === message.id);
  const kind = `${payment.luck} ${type} ${place}`;
  const key = `${kind} ${hostile.nth(kind)}`;
  const strikes = (fault: FaultKind): boolean => hostile.strikes(fault, key);
  if (strikes('dropped')) return { ...calm, drop: true };

  /** The message as it would be of a change that isn't quite the same; undefined when that makes no difference. */
  const likewise = (other: Partial<Change>): Message | undefined => {
    const made = dialect.messages({ ...change, ...other })[place];
    const wire = (one: Message): string => `${JSON.stringify(dialect.headers(one, change.at))}${one.body}`;
    return made && wire(made) !== wire(message) ? made : undefined;
  };
  const further: Fate['further'] = [];
  const add = (fault: FaultKind, make: () => Message | undefined) => {
    const made = strikes(fault) ? make() : undefined;
    if (made) further.push({ kind: fault, message: made, afterMs: hostile.delay(fault, key) });
  };
  add('duplicate_later', () => message);
  add('two_ids', () => likewise({ id: `${change.id}b` }));
  add('other_amount_same_id', () => likewise(oneMore(change)));
  add('unknown_payment', () => likewise(ofNobody(change)));
  add('unknown_type', () => dialect.stray({ ...change, id: `${change.id}s` }));
  return {
    drop: false,
    delayMs: strikes('delayed') ? hostile.delay('delayed', key) : 0,
    reorderMs: strikes('reordered') ? (hostile.settings()?.delayMs ?? 0) : 0,
    copies: strikes('duplicate_at_once') ? 2 : 1,
    further,
  };
}

function oneMore({ payment, refund, dispute }: Change): Partial<Change> {
  const { askedAmount, authorizedAmount, capturedAmount, releasedAmount } = payment;
  return {
    payment: {
      ...payment,
      askedAmount: askedAmount + 1,
      authorizedAmount: authorizedAmount + 1,
      capturedAmount: capturedAmount + 1,
      releasedAmount: releasedAmount + 1,
    },
    refund: refund && { ...refund, amount: refund.amount + 1 },
    dispute: dispute && { ...dispute, amount: dispute.amount + 1 },
  };
}

function ofNobody({ id, payment }: Change): Partial<Change> {
  return { id: `${id}u`, payment: { ...payment, id: `${payment.id}u`, shopPaymentId: randomUUID(), details: {} } };
}
