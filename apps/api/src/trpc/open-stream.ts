import { CommerceError } from '@commerce-core/core';
import type { Caller } from '../auth/caller.ts';
import type { Context } from './trpc.ts';

/** Streams that one caller may have open at once in this process. */
const streamsMax = { customer: 20, operator: 200 };
/** How often it is checked that the caller of an open stream may still call. */
const recheckMs = 30_000;

const openStreams = new Map<string, number>();

/** The number of streams that are open in this process. */
export const openStreamCount = (): number => [...openStreams.values()].reduce((sum, count) => sum + count, 0);

/** A stream of a subscription. */
export type OpenStream = {
  /** Aborts when the client has disconnected, the server stops, or the caller may not call any more. */
  signal: AbortSignal;
  /**
   * For the end of the stream.
   * @throws unauthenticated when the caller's token has expired or its key was revoked
   * @throws overloaded when the server stops: the client reconnects
   */
  throwIfEnded: () => void;
  /** Must be called when the stream ends. */
  close: () => void;
};

/**
 * Opens a stream for the caller of a subscription: at most 20 at once for a customer or guest, and 200 for an
 * operator's client, in this process. Every 30 s it checks that the token or key is still valid.
 * @throws overloaded when the caller has too many streams open
 */
export function openStream(ctx: Context, disconnected: AbortSignal | undefined): OpenStream {
  const release = countStream(ctx.caller);
  const ended = new AbortController();
  let reason: unknown;
  const end = (why: unknown) => {
    reason ??= why;
    ended.abort();
  };
  disconnected?.addEventListener('abort', () => ended.abort(), { once: true });
  if (disconnected?.aborted === true) ended.abort();
  const stopping = () => end(new CommerceError('overloaded', 'this server stops; connect again'));
  ctx.stopping?.addEventListener('abort', stopping);
  const recheck = setInterval(() => {
    ctx.reauthenticate?.().catch((error: unknown) => {
      // What can't be checked now is checked again in 30 s.
      if (error instanceof CommerceError && error.kind === 'unauthenticated') end(error);
    });
  }, recheckMs);
  return {
    signal: ended.signal,
    throwIfEnded() {
      if (reason !== undefined) throw reason;
    },
    close() {
      clearInterval(recheck);
      ctx.stopping?.removeEventListener('abort', stopping);
      release();
    },
  };
}

/** Counts a stream of the caller until the returned function is called. */
function countStream(caller: Caller): () => void {
  const key = keyOf(caller);
  const open = openStreams.get(key) ?? 0;
  const max = caller.kind === 'operator' ? streamsMax.operator : streamsMax.customer;
  if (open >= max)
    throw new CommerceError('overloaded', `${max} streams of this caller are open; close one, or wait and try again`);
  openStreams.set(key, open + 1);
  return () => {
    const left = (openStreams.get(key) ?? 1) - 1;
    if (left === 0) openStreams.delete(key);
    else openStreams.set(key, left);
  };
}

function keyOf(caller: Caller): string {
  switch (caller.kind) {
    case 'customer':
      return `customer:${caller.customerId}`;
    case 'guest':
      return `guest:${caller.orderId}`;
    case 'operator':
      return `operator:${caller.clientId}`;
    case 'anonymous':
      return 'anonymous';
  }
}
