import type { CommandContext } from '../command-context.ts';

// Under npx, one Ctrl-C arrives twice: from the terminal, and from npx, which forwards its own.
const SAME_INTERRUPT_MS = 500;

/** The first Ctrl-C aborts the signal, the second ends the process. `release` restores the usual meaning of Ctrl-C. */
export function stopOnInterrupt({ onInterrupt, endAtOnce }: CommandContext): {
  signal: AbortSignal;
  release: () => void;
} {
  const stop = new AbortController();
  let asked = 0;
  const interrupt = () => {
    if (stop.signal.aborted) {
      if (Date.now() - asked > SAME_INTERRUPT_MS) endAtOnce(130);
      return;
    }
    asked = Date.now();
    stop.abort();
  };
  return { signal: stop.signal, release: onInterrupt(interrupt) };
}
