export type Pauses = ReturnType<typeof createPauses>;

/** Waits that can be cut short, all at once: when what waits shall happen now, or not at all. */
export function createPauses() {
  const waiting = new Map<NodeJS.Timeout, () => void>();
  let stopped = false;

  function hurry(): void {
    const cut = [...waiting];
    waiting.clear();
    for (const [timer, resume] of cut) {
      clearTimeout(timer);
      resume();
    }
  }

  return {
    /** Resolves after `ms`, at the next `hurry`, or at once when all was stopped. */
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
    hurry,
    stop(): void {
      stopped = true;
      hurry();
    },
    isStopped: (): boolean => stopped,
  };
}
