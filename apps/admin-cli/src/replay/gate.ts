/** Admits at most `width` callers at once. The others wait in the order of their calls. */
export type Gate = { enter: () => Promise<void>; leave: () => void };

export function createGate(width: number): Gate {
  // A queue with a moving head: shift() on a long array copies it.
  const waiting: (() => void)[] = [];
  let head = 0;
  let inside = 0;
  return {
    async enter() {
      if (inside < width) {
        inside += 1;
        return;
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    },
    leave() {
      const next = waiting[head];
      if (!next) {
        inside -= 1;
        return;
      }
      // The next caller takes the place, so `inside` stays the same.
      head += 1;
      if (head === waiting.length) {
        waiting.length = 0;
        head = 0;
      }
      next();
    },
  };
}
