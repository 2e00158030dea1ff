import type { OutputStream } from '../command-context.ts';

/** Shows on a terminal how far something is whose end is not known. */
export type ShownCount = { update: (count: number) => void; stop: () => void };

const everyMs = 200;

/** Begins to show a count on one line of a terminal; where no terminal is, it shows nothing. */
export function showCount(stderr: OutputStream, what: string): ShownCount {
  if (!stderr.isTTY) return { update: () => {}, stop: () => {} };
  let shownAt = 0;
  return {
    update(count) {
      if (Date.now() - shownAt < everyMs) return;
      shownAt = Date.now();
      stderr.write(`\r${count.toLocaleString('en')} ${what}`);
    },
    stop: () => void stderr.write('\r\x1b[K'),
  };
}
