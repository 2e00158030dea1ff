export type Pauses = ReturnType<typeof createPauses>;

/** Creates timers that can all be ended early at once. */
export function createPauses() {
  const waiting = new Map<NodeJS.Timeout, () => void>();
  let stopped = false;

  function endAll(): void {
    const ended = [...waiting];
    waiting.clear();
    for (const [timer, resume] of ended) {
      clearTimeout(timer);
      resume();
    }
  }

  return {
    /** Resolves after `ms` milliseconds, at the next `endAll`, or at once after `stop`. */
    async wait(ms: number): Promise<void> {
      if (stopped || ms <= 0) return;
      await new Promise<void>((resume) => {
        const timer = setTimeout(() => {
          waiting.delete(timer);
          resume();
        }, ms);
        waiting.set(timer, resume);
      });
    },
    /** Ends the pauses that run now. Later pauses wait as usual. */
    endAll,
    /** Ends the pauses that run now and all later ones. */
    stop(): void {
      stopped = true;
      endAll();
    },
    isStopped: (): boolean => stopped,
  };
}
