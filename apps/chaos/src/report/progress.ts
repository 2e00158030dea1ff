/** What the person at the terminal hears meanwhile, on stderr: what is printed at the end stays clean on stdout. */
export type Progress = {
  /** A line that stays. */
  say: (line: string) => void;
  /** What is going on now; replaced by the next, and on a terminal alone. */
  now: (what: string) => void;
};

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, '0')}`;

export function startProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const began = performance.now();
  const time = () => clock((performance.now() - began) / 1000);
  // What doesn't fit a line would not be cleared.
  const fit = (text: string) => text.slice(0, (stream.columns || 80) - 1);
  const clear = () => (stream.isTTY ? '\r\u001b[K' : '');
  return {
    say: (line) => stream.write(`${clear()}${line}\n`),
    now: (what) => {
      if (stream.isTTY) stream.write(clear() + fit(`${time()}  ${what}`));
    },
  };
}
