// npm and the terminal may each send a signal for a single Ctrl-C.
const sameMs = 1_000;

/**
 * Calls `stop` once, when the process is told to end: by SIGTERM, by SIGINT, or because whoever started it over an IPC
 * channel is gone, and nobody else would. Whoever sends another signal later doesn't want to wait: it ends at once.
 */
export function onStopSignal(stop: (reason: string) => void): void {
  let polledAt: number | undefined;
  const ask = (reason: string) => {
    if (polledAt === undefined) {
      polledAt = performance.now();
      stop(reason);
    } else if (reason !== 'disconnect' && performance.now() - polledAt > sameMs) {
      process.exit(1);
    }
  };
  process.on('SIGTERM', ask);
  process.on('SIGINT', ask);
  if (process.channel) process.on('disconnect', () => ask('disconnect'));
}
