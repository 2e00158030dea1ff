/** What the person at the terminal hears meanwhile, on stderr: what is printed at the end stays clean on stdout. */
export type Progress = {
  /** A line that stays. */
  say: (line: string) => void;
  /** What is going on now; replaced by the next, and on a terminal alone. */
  now: (what: string) => void;
};

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, '0')}`;

/** @param expectedSeconds what the whole is thought to take */
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
