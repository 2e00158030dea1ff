import { id } from '../ids.ts';

/**
 * The reason of a refund as told to gateways that keep no other text of ours with it: it ends with our id of the refund,
 * by which it is known again. At most 200 characters, as Toss keeps.
 */
export const reasonOf = ({ id, reason }: { id: string; reason: string }): string =>
  `${reason.slice(0, 150)} [refund ${id}]`;

/** Our id of the refund, of one that we asked for. */
export function refundIdIn(reason: string | null | undefined): string | null {
  const [, refundId] = / \[refund ([0-9a-f-]{36})\]$/.exec(reason ?? '') ?? [];
  return id.safeParse(refundId).data ?? null;
}
