import type { Transaction } from '@commerce-core/pg-pipeline';
import { invalidTransition, type Outcome } from '../../errors.ts';
import {
  endedReplacementQty,
  outstandingQty,
  transitionReturn,
  type Return,
  type ReturnFault,
} from '../../returns/return.ts';
import type { ReturnView } from '../../returns/return-view.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { unsettledQty } from '../refund/price-lines.ts';
import { changeReturns, linesOfReturn, moneyParts, viewOfReturn, type ReturnCommand } from './change-returns.ts';
import { endReturnAttention } from './return-attention.ts';

/** A decision about a return. `fault` defaults to the one that was requested. */
export type DecideReturnCommand = ReturnCommand &
  (
    | {
        to: 'APPROVED';
        fault?: ReturnFault | undefined;
        carrier?: string | undefined;
        trackingNumber?: string | undefined;
      }
    | { to: 'DECLINED'; reason?: string | undefined }
    | { to: 'CANCELED' | 'CLOSED' }
  );

/**
 * Approves, declines, cancels and closes returns. Units that are outstanding when a return is closed count as missing.
 * A return can't be canceled once something of it was refunded or replaced.
 * @returns the return · refusals: return_not_found, order_changed, invalid_transition
 */
export const decideReturns = async (
  tx: Transaction,
  commands: readonly DecideReturnCommand[],
): Promise<Outcome<ReturnView>[]> => changeReturns(tx, commands, moneyParts, decide);

function decide(order: LockedOrder, aReturn: Return, command: DecideReturnCommand): ReturnView {
  const { id: returnId, status } = aReturn;
  const changed = transitionReturn(aReturn, command.to, order.now);
  switch (command.to) {
    case 'APPROVED': {
      const { fault = aReturn.fault, carrier = null, trackingNumber = null } = command;
      order.setReturn({ ...changed, fault, carrier, trackingNumber });
      order.record('return.approved', { returnId, fault, carrier, trackingNumber });
      break;
    }
    case 'DECLINED':
      order.setReturn({ ...changed, declineReason: command.reason ?? null });
      order.record('return.declined', { returnId });
      break;
    case 'CANCELED':
      if (isSettled(order, aReturn)) throw invalidTransition('return', status, 'CANCELED');
      order.setReturn(changed);
      order.record('return.canceled', { returnId });
      break;
    case 'CLOSED':
      order.setReturn(changed);
      if (aReturn.goods === 'EXPECTED') closeLines(order, aReturn);
      order.record('return.closed', { returnId });
      endReturnAttention(order);
  }
  return viewOfReturn(order, returnId);
}

function closeLines(order: LockedOrder, aReturn: Return): void {
  for (const line of linesOfReturn(order, aReturn))
    if (outstandingQty(line) > 0) order.setReturnLine({ ...line, missingQty: line.missingQty + outstandingQty(line) });
}

/** Whether something of a return was refunded or replaced, by itself or by a refund that counts on it. */
const isSettled = (order: LockedOrder, aReturn: Return): boolean =>
  order.refunds.some(({ returnId, status }) => returnId === aReturn.id && status !== 'FAILED') ||
  linesOfReturn(order, aReturn).some(
    (line) =>
      line.replacedQty + line.releasedQty > 0 || unsettledQty(order, line.lineNo) < endedReplacementQty(aReturn, line),
  );
