/** Writes progress to stderr, so that stdout has only the final tables. */
export type Progress = {
  /** Writes a line. */
  say: (line: string) => void;
  /** Shows the current step on a terminal. The next step replaces it. */
  now: (what: string) => void;
};

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, '0')}`;

/** Starts the clock. @param expectedSeconds an estimate of the whole run */
export function startProgress(expectedSeconds: number, stream: NodeJS.WriteStream = process.stderr): Progress {
  const began = performance.now();
  const time = () => `${clock((performance.now() - began) / 1000)} of about ${clock(expectedSeconds)}`;
  const clear = () => (stream.isTTY ? '\r\u001b[K' : '');
  return {
    say: (line) => stream.write(`${clear()}${line}\n`),
    now: (what) => {
      if (stream.isTTY) stream.write(`${clear()}${time()}  ${what}`);
    },
  };
}
