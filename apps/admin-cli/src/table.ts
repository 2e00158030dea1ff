import { styleText } from 'node:util';
import Table from 'cli-table3';
import { printable } from './terminal/printable.ts';

export type Column<T> = {
  head: string;
  value: (row: T) => string;
  align?: 'left' | 'right';
  /**
   * Whether the text wraps on a narrow screen; a number is the width up to which it stays whole. Ids, numbers and
   * amounts stay whole, so that they can be copied.
   */
  wraps?: boolean | number;
  /** Whether the column is left out when the screen is too narrow. A line below the table says so. */
  ifRoom?: boolean;
};

/** The place where text is shown. The stream decides whether text may have colours. */
export type Screen = { width: number; stream: NodeJS.WritableStream };

/** How wide a SKU is at least shown in one piece, where it wraps. */
export const skuWhole = 40;

const GAP = 2;
const WRAPPED_MIN = 8;
// cli-table3's time grows with the square of the rows: 10,000 took 10 s at once and 2 s in parts.
const ROWS_AT_ONCE = 100;

/**
 * Renders rows in columns, not wider than the screen if the columns that stay whole leave enough room. Columns that
 * have no room are named below the table. The width of a pipe is Infinity.
 */
export function renderTable<T>(rows: readonly T[], columns: readonly Column<T>[], screen: Screen): string {
  const { width, stream } = screen;
  const measured = columns.map((column): Measured => {
    const cells = rows.map((row) => printable(column.value(row)));
    return { ...column, cells, natural: widestOf(column.head, cells) };
  });
  const shown = withRoom(measured, width);
  const widths = share(shown, width);
  const [head = '', ...body] = linesOf(rows.length, shown, widths).map((line) => line.trimEnd());
  const hidden = measured.filter((column) => !shown.includes(column)).map((column) => column.head);
  return [styleText('bold', head, { stream }), ...body, ...hiddenNote(hidden, width)].join('\n');
}

type Measured = Omit<Column<never>, 'value'> & { cells: string[]; natural: number };

/** The columns that are always shown, and of the others those that have room, in their order. */
function withRoom(columns: readonly Measured[], width: number): Measured[] {
  const shown = new Set(columns.filter(({ ifRoom }) => !ifRoom));
  for (const column of columns) {
    if (column.ifRoom && total([...shown, column].map(({ natural }) => natural)) <= width) shown.add(column);
  }
  return columns.filter((column) => shown.has(column));
}

/** Divides the width: each column gets its minimum, then columns that need more. */
function share(columns: readonly Measured[], width: number): number[] {
  const least = (limit: (wraps: true | number) => number) =>
    columns.map(({ wraps, natural }) => (wraps ? Math.min(natural, limit(wraps)) : natural));
  const whole = least((wraps) => (wraps === true ? WRAPPED_MIN : wraps));
  const widths = total(whole) <= width ? whole : least(() => WRAPPED_MIN);
  for (let spare = width - total(widths); spare > 0;) {
    const short = columns.map(({ natural }, index) => natural - (widths[index] ?? 0));
    const open = short.filter((lack) => lack > 0).length;
    if (open === 0) break;
    const part = Math.max(1, Math.floor(Math.min(spare, 1000) / open));
    columns.forEach((_, index) => {
      const more = Math.min(part, short[index] ?? 0, spare);
      widths[index] = (widths[index] ?? 0) + more;
      spare -= more;
    });
  }
  return widths;
}

/** The lines of the table: its head, then each row, which takes several lines where text wraps. */
function linesOf(rowCount: number, columns: readonly Measured[], widths: number[]): string[] {
  const cellsOf = (row: number) =>
    columns.map(({ cells }, index) => {
      const content = cells[row] ?? '';
      const fits = content.split(/\s+/).every((word) => displayWidth(word) <= (widths[index] ?? 0));
      return { content, wordWrap: true, wrapOnWordBoundary: fits };
    });
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true };
  const colAligns = columns.map(({ align }) => align ?? 'left');
  const lines: string[] = [];
  for (let start = 0; start === 0 || start < rowCount; start += ROWS_AT_ONCE) {
    const head = start === 0 ? { head: columns.map(({ head: text }) => text) } : {};
    const table = new Table({ ...head, colWidths: widths, colAligns, style, chars: bare });
    for (let row = start; row < Math.min(rowCount, start + ROWS_AT_ONCE); row += 1) table.push(cellsOf(row));
    lines.push(...table.toString().split('\n'));
  }
  return lines;
}

/** Says which columns are not shown, in lines that are not wider than the screen. */
function hiddenNote(heads: readonly string[], width: number): string[] {
  if (heads.length === 0) return [];
  const words = `(No room for ${heads.join(', ')}: use a wider screen, or --json.)`.split(' ');
  return words.reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) return [...lines, word];
    return [...lines.slice(0, -1), `${last} ${word}`];
  }, []);
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
