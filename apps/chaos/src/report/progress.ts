/** Progress messages on stderr; the report goes to stdout. */
export type Progress = {
  /** Prints a line that stays. */
  say: (line: string) => void;
  /** Shows the current step on a terminal; the next step replaces it. */
  now: (what: string) => void;
};

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, '0')}`;

/** Starts the progress display with its clock at zero. */
export function startProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const startedAt = performance.now();
  const time = () => clock((performance.now() - startedAt) / 1000);
  // Text beyond one line would not be cleared.
  const fit = (text: string) => text.slice(0, (stream.columns || 80) - 1);
  const clear = () => (stream.isTTY ? '\r\u001b[K' : '');
  return {
    say: (line) => stream.write(`${clear()}${line}\n`),
    now: (what) => {
      if (stream.isTTY) stream.write(clear() + fit(`${time()}  ${what}`));
    },
  };
}
