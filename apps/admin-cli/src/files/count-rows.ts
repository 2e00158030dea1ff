import { Transform } from 'node:stream';

export type FileFormat = 'csv' | 'jsonl';

const quote = 0x22;
const lineFeed = 0x0a;

/** Passes an exported file on and counts its rows, without the header. `onRows` is called with the count so far. */
export function countRows(format: FileFormat, onRows: (rows: number) => void): Transform {
  let rows = format === 'csv' ? -1 : 0;
  let isQuoted = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (const byte of chunk) {
        if (byte === quote && format === 'csv') isQuoted = !isQuoted;
        else if (byte === lineFeed && !isQuoted) rows += 1;
      }
      onRows(Math.max(0, rows));
      done(null, chunk);
    },
  });
}
