import type { GatewayEventType, GatewayFact } from '../../gateway-inbox/gateway-event.ts';
import type { GatewayCall } from '../../gateway-outbox/gateway-call.ts';

/** Whether a reply has met the call's purpose (DONE), never will (REFUSED), or doesn't tell (DUE: it is made again). */
export type CallVerdict = { status: 'DONE' | 'DUE'; failureCode: null } | { status: 'REFUSED'; failureCode: string };

const done: CallVerdict = { status: 'DONE', failureCode: null };
const unclear: CallVerdict = { status: 'DUE', failureCode: null };
const refused = (failureCode: string): CallVerdict => ({ status: 'REFUSED', failureCode });

/** Judges the facts of a gateway's reply by the purpose of the call. */
export function verdictOf(
  { kind, refundId }: Pick<GatewayCall, 'kind' | 'refundId'>,
  facts: readonly GatewayFact[],
): CallVerdict {
  const has = (...types: GatewayEventType[]) => facts.some(({ type }) => types.includes(type));
  switch (kind) {
    case 'POLL':
      return done;
    case 'CANCEL':
      if (facts.length === 0) return refused('payment_unknown');
      if (has('AUTHORIZED', 'CAPTURED')) return refused('approved');
      return has('CANCELED', 'FAILED') ? done : refused('still_payable');
    case 'CAPTURE':
      if (has('CAPTURED')) return done;
      return has('CANCELED', 'FAILED') ? refused('authorization_lost') : unclear;
    case 'REFUND': {
      const last = facts.findLast((fact) => fact.refundId === refundId);
      if (last?.type === 'REFUND_FAILED') return refused(last.failureCode ?? 'unspecified');
      return last?.type === 'REFUNDED' || last?.type === 'REFUND_PENDING' ? done : unclear;
    }
  }
}
