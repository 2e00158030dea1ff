import type { Pool } from 'pg';

/** A relation as `pgoutput` describes it before its first change. */
export type Relation = { schema: string; table: string; columns: { name: string; isKey: boolean }[] };
/** A change of a committed transaction, in the order of commits. A value that the change doesn't have is null. */
export type Change = {
  operation: 'insert' | 'update' | 'delete' | 'truncate';
  transaction: number;
  relation: Relation | undefined;
  values: Record<string, string | null>;
};

/**
 * Reads the changes of a slot as `pgoutput` sends them to a subscriber of a publication, and leaves them in the slot.
 */
export async function peekChanges(pool: Pick<Pool, 'query'>, slot: string, publication: string): Promise<Change[]> {
  const { rows } = await pool.query<{ xid: string; data: Buffer }>(
    `select xid::text, data from pg_logical_slot_peek_binary_changes($1, null, null,
      'proto_version', '1', 'publication_names', $2)`,
    [slot, publication],
  );
  return decodeAll(rows);
}

/**
 * Reads about `max` changes of a slot as `pgoutput` sends them, whole transactions in the order of their commits, and
 * removes them from the slot.
 */
export async function takeChanges(
  pool: Pick<Pool, 'query'>,
  slot: string,
  publication: string,
  max: number,
): Promise<Change[]> {
  const { rows } = await pool.query<{ xid: string; data: Buffer }>(
    `select xid::text, data from pg_logical_slot_get_binary_changes($1, null, $3,
      'proto_version', '1', 'publication_names', $2)`,
    [slot, publication, max],
  );
  return decodeAll(rows);
}

function decodeAll(rows: readonly { xid: string; data: Buffer }[]): Change[] {
  const relations = new Map<number, Relation>();
  return rows.flatMap(({ xid, data }) => decodeMessage(new MessageReader(data), Number(xid), relations) ?? []);
}

const operations = { I: 'insert', U: 'update', D: 'delete', T: 'truncate' } as const;
const isOperation = (kind: string): kind is keyof typeof operations => kind in operations;

// https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
function decodeMessage(reader: MessageReader, transaction: number, relations: Map<number, Relation>) {
  const kind = reader.char();
  if (kind === 'R') relations.set(reader.int32(), readRelation(reader));
  if (!isOperation(kind)) return undefined;
  const operation = operations[kind];
  if (operation !== 'insert') return { operation, transaction, relation: undefined, values: {} };
  const relation = relations.get(reader.int32());
  if (!relation || reader.char() !== 'N') throw new Error('an insert has no relation or no new row');
  return { operation, transaction, relation, values: readRow(reader, relation) };
}

function readRelation(reader: MessageReader): Relation {
  const [schema, table] = [reader.text(), reader.text()];
  reader.char();
  const columns = Array.from({ length: reader.int16() }, () => {
    const isKey = reader.int8() === 1;
    const name = reader.text();
    reader.int32();
    reader.int32();
    return { name, isKey };
  });
  return { schema, table, columns };
}

function readRow(reader: MessageReader, { columns }: Relation): Record<string, string | null> {
  const values = Array.from({ length: reader.int16() }, () => (reader.char() === 't' ? reader.bytes() : null));
  return Object.fromEntries(columns.map(({ name }, index) => [name, values[index] ?? null]));
}

class MessageReader {
  #at = 0;
  readonly #data: Buffer;
  constructor(data: Buffer) {
    this.#data = data;
  }
  #skip(length: number): number {
    this.#at += length;
    return this.#at - length;
  }
  char = (): string => String.fromCharCode(this.int8());
  int8 = (): number => this.#data.readUInt8(this.#skip(1));
  int16 = (): number => this.#data.readInt16BE(this.#skip(2));
  int32 = (): number => this.#data.readInt32BE(this.#skip(4));
  /** A text that ends with a zero byte. */
  text(): string {
    const end = this.#data.indexOf(0, this.#at);
    return this.#data.toString('utf8', this.#skip(end + 1 - this.#at), end);
  }
  /** A text after its length. */
  bytes(): string {
    const length = this.int32();
    const from = this.#skip(length);
    return this.#data.toString('utf8', from, from + length);
  }
}
