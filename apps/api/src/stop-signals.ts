// npm and the terminal may each send a signal for a single Ctrl-C.
const sameSignalMs = 1_000;

/**
 * Calls `stop` once with the reason: SIGTERM, SIGINT, or `disconnect` when the parent process closed the IPC channel. A
 * further signal more than a second later ends the process at once, with code 1.
 */
export function onStopSignal(stop: (reason: string) => unknown): void {
  let stoppedAt: number | undefined;
  const onReason = (reason: string) => {
    if (stoppedAt === undefined) {
      stoppedAt = performance.now();
      stop(reason);
    } else if (reason !== 'disconnect' && performance.now() - stoppedAt > sameSignalMs) {
      process.exit(1);
    }
  };
  process.on('SIGTERM', onReason);
  process.on('SIGINT', onReason);
  if (process.channel) process.on('disconnect', () => onReason('disconnect'));
}
