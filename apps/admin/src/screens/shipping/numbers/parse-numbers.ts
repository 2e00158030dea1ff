import { readRows, type TextRow } from './read-records.ts';

/** A line that names a shipment by `name`, and a parcel of it. */
export type NumberLine = { line: number; name: string; carrier: string; trackingNumber: string };

/** Why a line is not used. */
export type BadReason = 'columns' | 'name' | 'carrier' | 'number' | 'long' | 'cut' | 'again' | 'taken' | 'tooMany';

/** A line that is not used. `of` is the line that it contradicts or repeats. */
export type BadLine = { line: number; text: string; reason: BadReason; of?: number };

export type ParsedNumbers = { lines: NumberLine[]; bad: BadLine[] };

export const linesMax = 1_000;
const lengthMax = { name: 200, carrier: 100, trackingNumber: 100 };

type Columns = { name: number; carrier: number | undefined; trackingNumber: number };

// As spreadsheets, carriers and this shop's own lists head their columns, without blanks and signs.
const heads = {
  name: /^(order|ordernumber|orderno|orderid|shipment|shipmentid|reference|ref|주문|주문번호|출고|출고번호)$/,
  carrier: /^(carrier|carriername|courier|shippingcompany|택배사|운송사|배송사)$/,
  trackingNumber:
    /^(tracking|trackingnumber|trackingno|trackingid|trackingcode|number|waybill|awb|운송장|운송장번호|송장|송장번호)$/,
};

/** The columns that a first row names; undefined when the row is no head. */
function columnsIn({ fields }: TextRow): Columns | undefined {
  const plain = fields.map((field) => field.toLowerCase().replaceAll(/[^\p{L}\d]/gu, ''));
  const find = (head: RegExp) => {
    const at = plain.findIndex((field) => head.test(field));
    return at < 0 ? undefined : at;
  };
  const [name, trackingNumber] = [find(heads.name), find(heads.trackingNumber)];
  if (name === undefined || trackingNumber === undefined) return undefined;
  return { name, trackingNumber, carrier: find(heads.carrier) };
}

/** Without a head: the order, the carrier and the number; of two fields, the order and the number. */
const columnsOf = ({ fields }: TextRow): Columns | undefined => {
  if (fields.length === 3) return { name: 0, carrier: 1, trackingNumber: 2 };
  return fields.length === 2 ? { name: 0, carrier: undefined, trackingNumber: 1 } : undefined;
};

/**
 * Numbers are compared as the server does: without blanks, dots, hyphens, underscores, slashes and the case of A to Z.
 */
export const comparable = (text: string): string =>
  text.replaceAll(/[ .\-_/]/g, '').replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

/** A parcel's number, as it is compared. */
export const numberKey = ({ carrier, trackingNumber }: Pick<NumberLine, 'carrier' | 'trackingNumber'>): string =>
  `${comparable(carrier)} ${comparable(trackingNumber)}`;

/** Reads lines of an order, a carrier and a tracking number. `carrier` is that of lines without one. */
export function parseNumbers(text: string, carrier: string): ParsedNumbers {
  const rows = readRows(text);
  const headed = rows[0] && columnsIn(rows[0]);
  const lines: NumberLine[] = [];
  const bad: BadLine[] = [];
  const seen = new Map<string, NumberLine>();
  for (const [index, row] of rows.slice(headed ? 1 : 0).entries()) {
    const { line } = row;
    const read = index < linesMax ? readLine(row, headed ?? columnsOf(row), carrier.trim()) : 'tooMany';
    const refuse = (reason: BadReason, of?: number) =>
      bad.push({ line, text: row.fields.join(' '), reason, ...(of !== undefined && { of }) });
    if (typeof read === 'string') {
      refuse(read);
      continue;
    }
    const earlier = seen.get(numberKey(read));
    if (earlier) refuse(earlier.name === read.name ? 'again' : 'taken', earlier.line);
    else {
      seen.set(numberKey(read), read);
      lines.push(read);
    }
  }
  return { lines, bad };
}

function readLine({ line, fields }: TextRow, columns: Columns | undefined, carrier: string): NumberLine | BadReason {
  if (!columns) return 'columns';
  const fieldAt = (at: number | undefined): string => (at === undefined ? '' : (fields[at] ?? ''));
  const read = {
    name: fieldAt(columns.name),
    carrier: fieldAt(columns.carrier) || carrier,
    trackingNumber: fieldAt(columns.trackingNumber),
  };
  if (read.name === '') return 'name';
  if (read.trackingNumber === '') return 'number';
  // A spreadsheet has written a long number in powers of ten, and forgotten its last digits.
  if (/^\d([.,]\d+)?E\+\d+$/i.test(read.trackingNumber)) return 'cut';
  if (read.carrier === '') return 'carrier';
  if (Object.entries(lengthMax).some(([field, max]) => read[field as keyof typeof read].length > max)) return 'long';
  return { line, ...read };
}
