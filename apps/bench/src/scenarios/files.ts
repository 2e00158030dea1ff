import { Readable } from 'node:stream';
import { startApi, type Api } from '../setup/api.ts';
import { rssMb } from '../setup/rss.ts';
import { goalOf, type Bench, type Goal, type Scenario } from './scenario.ts';

const everyMs = 500;
const mbMax = 400;

type Turn = { what: string; seconds: number; bytes: number; mb: { before: number; most: number; after: number } };

/** Imports and exports one file with as many rows as `--orders` says, and measures the memory of the API. */
export const files: Scenario = {
  name: 'files',
  title: 'files of many rows, one after the other',
  long: true,
  takes: ({ orders }) => orders / 1_500,
  async run(bench) {
    const { orders: rows, env } = bench.options;
    const database = await bench.server.createDatabase('files', { products: 0, orders: 0, waiting: 0 });
    const api = await startApi(database.url, env);
    const turn = async (what: string, run: () => Promise<number>) => measure(bench, api, what, run);
    const stock = async (format: string) => received(api, `export/stock.${format}`, rows);
    try {
      const turns = [
        await turn('import of products', async () => sent(api, 'products', productLines(rows))),
        await turn('the same import again', async () => sent(api, 'products', productLines(rows))),
        await turn('import of counted stock', async () => sent(api, 'stock', stockLines(rows))),
        await turn('export of stock, CSV', async () => stock('csv')),
        await turn('export of stock, JSON lines', async () => stock('jsonl')),
      ];
      return { series: [], goals: turns.map(goalOfTurn), notes: turns.map((each) => noteOf(each, rows)) };
    } finally {
      await api.stop();
      await database.drop();
    }
  },
};

async function measure({ progress }: Bench, api: Api, what: string, run: () => Promise<number>): Promise<Turn> {
  progress.now(`files: ${what}`);
  const before = await rssMb(api.pid);
  let most = before;
  const timer = setInterval(() => {
    rssMb(api.pid).then(
      (mb) => (most = Math.max(most, mb)),
      () => {},
    );
  }, everyMs);
  try {
    const startedAt = performance.now();
    const bytes = await run();
    const seconds = (performance.now() - startedAt) / 1_000;
    return { what, seconds, bytes, mb: { before, most, after: await rssMb(api.pid) } };
  } finally {
    clearInterval(timer);
  }
}

const goalOfTurn = ({ what, mb }: Turn): Goal => goalOf(`${what}: most memory, MB`, '≤', mbMax, [mb.most]);

function noteOf({ what, seconds, bytes, mb }: Turn, rows: number): string {
  const rate = Math.round(rows / seconds).toLocaleString('en');
  const memory = [mb.before, mb.most, mb.after].map((each) => Math.round(each)).join(', ');
  return (
    `${what}: ${rate} rows/s, ${Math.round(bytes / 1e6)} MB in ${Math.round(seconds)} s; ` +
    `resident MB before, most, after: ${memory}`
  );
}

function* productLines(rows: number): Generator<string> {
  yield 'sku,name,priceAmount,currency,description\n';
  yield* inParts(rows, (n) => `SKU-${n},Product number ${n},${100 + (n % 900)},EUR,"A thing, number ${n}"\n`);
}

function* stockLines(rows: number): Generator<string> {
  yield 'sku,countedQty,reason\n';
  yield* inParts(rows, (n) => `SKU-${n},${1 + (n % 500)},first count\n`);
}

function* inParts(rows: number, lineOf: (n: number) => string): Generator<string> {
  const size = 1_000;
  for (let start = 0; start < rows; start += size)
    yield Array.from({ length: Math.min(size, rows - start) }, (_, index) => lineOf(start + index)).join('');
}

/** Sends a file. Returns its bytes. @throws Error when a row was not taken */
async function sent({ url, apiKey }: Api, noun: string, lines: Iterable<string>): Promise<number> {
  let bytes = 0;
  const counted = function* () {
    for (const part of lines) {
      bytes += Buffer.byteLength(part);
      yield Buffer.from(part);
    }
  };
  const response = await fetch(`${url}/api/v1/import/${noun}.csv`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'text/csv' },
    body: Readable.toWeb(Readable.from(counted())) as unknown as RequestInit['body'],
    duplex: 'half',
  } as RequestInit);
  const report = (await response.json()) as { failed?: number };
  if (report.failed !== 0) throw new Error(`the import failed: ${JSON.stringify(report)}`);
  return bytes;
}

/** Reads a file. Returns its bytes. @throws Error when it has another number of rows */
async function received({ url, apiKey }: Api, path: string, rows: number): Promise<number> {
  const response = await fetch(`${url}/api/v1/${path}`, { headers: { authorization: `Bearer ${apiKey}` } });
  let [bytes, lines] = [0, path.endsWith('.csv') ? -1 : 0];
  for await (const part of response.body ?? []) {
    bytes += part.length;
    for (const byte of part) if (byte === 0x0a) lines += 1;
  }
  if (lines !== rows) throw new Error(`the export has ${lines} rows`);
  return bytes;
}
