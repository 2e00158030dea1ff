import { id } from '../ids.ts';

/**
 * Returns the reason of a refund with our id of the refund at its end, at most 200 characters. For gateways that store
 * no other text with a refund: the id at the end identifies the refund later. Toss takes up to 200 characters
 * (https://docs.tosspayments.com/reference).
 */
export const refundReason = ({ id, reason }: { id: string; reason: string }): string =>
  `${reason.slice(0, 150)} [refund ${id}]`;

/** Returns our id of the refund from a reason that `refundReason` made; null for every other text. */
export function refundIdIn(reason: string | null | undefined): string | null {
  const [, refundId] = / \[refund ([0-9a-f-]{36})\]$/.exec(reason ?? '') ?? [];
  return id.safeParse(refundId).data ?? null;
}
