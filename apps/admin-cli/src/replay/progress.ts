import { SingleBar } from 'cli-progress';
import type { OutputStream } from '../command-context.ts';

/** Shows progress on standard error: a bar on a terminal, otherwise a line from time to time. */
export type Progress = { update: (done: number) => void; stop: () => void };

const LINE_EVERY_MS = 5_000;

export function startProgress(stderr: OutputStream, what: string, total: number, signal: AbortSignal): Progress {
  if (signal.aborted) return { update: () => {}, stop: () => {} };
  const started = Date.now();
  let done = 0;

  function pace(): { rate: number; left: string } {
    const seconds = (Date.now() - started) / 1000;
    const rate = seconds > 0 ? done / seconds : 0;
    return { rate, left: rate > 0 ? formatSeconds((total - done) / rate) : '?' };
  }

  if (stderr.isTTY) {
    const format = (_: unknown, { value }: { value: number }) => {
      const { rate, left } = pace();
      // Printed as part of the bar's line: the bar would overwrite any other text.
      const hint = signal.aborted ? 'stopping; Ctrl-C again ends at once' : `${left} left`;
      return bar(what, value, total, `${Math.round(rate)}/s`, hint, stderr.columns || 80);
    };
    // The library would end the process on Ctrl-C; here Ctrl-C only stops new work.
    const single = new SingleBar({ format, stream: stderr, hideCursor: true, gracefulExit: false });
    single.start(total, 0);
    return {
      update(now) {
        done = now;
        single.update(now);
      },
      stop: () => single.stop(),
    };
  }

  let said = started;
  const sayStopping = () => void stderr.write(`${what}: stopping, finishing what is under way\n`);
  signal.addEventListener('abort', sayStopping, { once: true });
  return {
    update(now) {
      done = now;
      if (Date.now() - said < LINE_EVERY_MS) return;
      said = Date.now();
      const { rate, left } = pace();
      const counts = `${done.toLocaleString('en')} of ${total.toLocaleString('en')}`;
      stderr.write(`${what}: ${counts}, ${Math.round(rate)}/s, about ${left} left\n`);
    },
    stop: () => signal.removeEventListener('abort', sayStopping),
  };
}

// Room for the ^C that a terminal echoes: it would wrap and break the bar.
const ECHO = 3;

/** Renders one line of at most `width` columns. The bar takes the columns that the words leave. */
export function bar(what: string, done: number, total: number, rate: string, left: string, width: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const words = `${what} [] ${Math.floor(share * 100)}% ${done}/${total} ${rate} ${left}`;
  const cells = Math.max(0, Math.min(40, width - words.length - ECHO));
  const full = Math.round(share * cells);
  return words.replace('[]', cells === 0 ? '' : `[${'='.repeat(full)}${' '.repeat(cells - full)}]`);
}

/** Formats seconds: `95` → `1:35`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}
