import { styleText } from 'node:util';
import Table from 'cli-table3';

export type Column<T> = {
  head: string;
  value: (row: T) => string;
  align?: 'left' | 'right';
  /** Whether the text wraps on a narrow screen. Ids and amounts stay whole, so that they can be copied. */
  wraps?: boolean;
  /** Whether the column is left out when the screen is too narrow. */
  ifRoom?: boolean;
};

/** The place where text is shown. The stream decides whether text may have colours. */
export type Screen = { width: number; stream: NodeJS.WritableStream };

const GAP = 2;
const WRAPPED_MIN = 8;
// cli-table3's time grows with the square of the rows: 10,000 took 10 s at once and 2 s in parts.
const ROWS_AT_ONCE = 100;

/**
 * Renders rows in columns, not wider than the screen if the columns that stay whole leave enough room. The width of a
 * pipe is Infinity.
 */
export function renderTable<T>(rows: readonly T[], columns: readonly Column<T>[], screen: Screen): string {
  const { width, stream } = screen;
  const cells = new Map(columns.map((column) => [column, rows.map((row) => printable(column.value(row)))]));
  const widest = new Map(columns.map((column) => [column, widestOf(column.head, cells.get(column) ?? [])]));
  const natural = (column: Column<T>) => widest.get(column) ?? 0;
  const least = (column: Column<T>) => (column.wraps ? Math.min(natural(column), WRAPPED_MIN) : natural(column));

  const needed = columns.filter(({ ifRoom }) => !ifRoom);
  const shown = [...needed];
  for (const column of columns.filter(({ ifRoom }) => ifRoom)) {
    if (total([...shown, column].map(natural)) <= width) shown.push(column);
  }
  shown.sort((a, b) => columns.indexOf(a) - columns.indexOf(b));

  // The width that the whole columns leave is divided: each column gets its minimum, then columns that need more.
  const widths = shown.map(least);
  for (let spare = width - total(widths); spare > 0;) {
    const short = shown.map((column, index) => natural(column) - (widths[index] ?? 0));
    const open = short.filter((lack) => lack > 0).length;
    if (open === 0) break;
    const share = Math.max(1, Math.floor(Math.min(spare, 1000) / open));
    shown.forEach((_, index) => {
      const more = Math.min(share, short[index] ?? 0, spare);
      widths[index] = (widths[index] ?? 0) + more;
      spare -= more;
    });
  }

  const cellsOf = (row: number) =>
    shown.map((column, index) => {
      const content = cells.get(column)?.[row] ?? '';
      const fits = content.split(/\s+/).every((word) => displayWidth(word) <= (widths[index] ?? 0));
      return { content, wordWrap: true, wrapOnWordBoundary: fits };
    });
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true };
  const colAligns = shown.map(({ align }) => align ?? 'left');
  const lines: string[] = [];
  for (let start = 0; start === 0 || start < rows.length; start += ROWS_AT_ONCE) {
    const head = start === 0 ? { head: shown.map(({ head: text }) => text) } : {};
    const table = new Table({ ...head, colWidths: widths, colAligns, style, chars: bare });
    for (let row = start; row < Math.min(rows.length, start + ROWS_AT_ONCE); row += 1) table.push(cellsOf(row));
    lines.push(...table.toString().split('\n'));
  }
  const [head = '', ...body] = lines.map((line) => line.trimEnd());
  return [styleText('bold', head, { stream }), ...body].join('\n');
}

/** Renders one record: a name and a value per line. Empty values are left out. */
export function renderRecord(
  fields: readonly (readonly [name: string, value: string | null])[],
  screen: Screen,
): string {
  const filled = fields.flatMap(([name, value]) => (value === null || value === '' ? [] : [{ name, value }]));
  const columns: Column<{ name: string; value: string }>[] = [
    { head: '', value: ({ name }) => name },
    { head: '', value: ({ value }) => value, wraps: true },
  ];
  return renderTable(filled, columns, screen).split('\n').slice(1).join('\n');
}

/** Removes characters that would control the terminal: names come from other systems. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

const bare = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
    .map((name) => [name, ''])
    .concat([['middle', ' '.repeat(GAP)]]),
);

function widestOf(head: string, texts: readonly string[]): number {
  return texts.reduce((widest, text) => Math.max(widest, displayWidth(text)), Math.max(displayWidth(head), 1));
}

function total(widths: number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, widths.length - 1);
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\p{Extended_Pictographic}]/gu;

/** Returns how many columns a text takes: East Asian characters and emoji take two. */
function displayWidth(text: string): number {
  return Array.from(text).length + (text.match(wide)?.length ?? 0);
}
