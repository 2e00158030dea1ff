/** A place in the log of events: the number of an event among all, and the epoch of the log in which it got it. */
export type Position = { epoch: number; number: number };

/** The place before the first event. */
export const beginning: Position = { epoch: 0, number: 0 };

// 15 digits stay within the safe integers of JavaScript.
const pattern = /^([1-9]\d{0,8})\.(0|[1-9]\d{0,14})$/;

/** Writes a position as callers receive it: `epoch.number`, or `0` for the beginning. */
export const positionText = ({ epoch, number }: Position): string => (epoch === 0 ? '0' : `${epoch}.${number}`);

/** Reads a position as callers send it. Returns undefined for a text that is no position. */
export function parsePosition(text: string): Position | undefined {
  if (text === '0') return beginning;
  const [, epoch, number] = pattern.exec(text) ?? [];
  return epoch === undefined || number === undefined ? undefined : { epoch: Number(epoch), number: Number(number) };
}
