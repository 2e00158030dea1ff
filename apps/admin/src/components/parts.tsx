import { commerceErrorOf } from '@commerce-core/client';
import { useState, type ButtonHTMLAttributes, type ReactNode } from 'react';
import { FileRefusal } from '../api.ts';
import { useFormat } from '../format.ts';
import { useTexts } from '../texts/language.tsx';
import styles from './parts.module.css';

type Look = 'primary' | 'danger' | 'plain' | 'link';

/** A button that is no submit button unless it says so. */
export function Button({ look, ...props }: ButtonHTMLAttributes<HTMLButtonElement> & { look?: Look }) {
  const classes = [styles['button'], look && styles[look]].filter(Boolean).join(' ');
  return <button type="button" {...props} className={classes} />;
}

/** A form's field with its label above it. */
export function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <label className={styles['field']}>
      <span>{label}</span>
      {children}
    </label>
  );
}

const good = ['PAID', 'CAPTURED', 'DELIVERED', 'SUCCEEDED', 'DONE', 'WON', 'ACTIVE'];
/** What is wrong with a parcel that is not over. */
const troubles = ['ATTEMPT_FAILED', 'PROBLEM', 'RETURNING', 'SILENT'];
const bad = ['PAYMENT_FAILED', 'FAILED', 'LOST', 'REVIEW', 'REFUSED', 'OPEN', 'DISABLED', 'PARKED', ...troubles];

/** A status in the page's words. */
export function Status({ of }: { of: string }) {
  const { status } = useFormat();
  const color = good.includes(of) ? styles['good'] : bad.includes(of) ? styles['bad'] : '';
  return <span className={`${styles['chip']} ${color}`}>{status(of)}</span>;
}

/** The command that does the same, which can be copied. */
export function CommandLine({ words }: { words: readonly string[] }) {
  const { command, actions } = useTexts();
  const [copied, setCopied] = useState(false);
  const line = ['npx commerce', ...words.map(quoted)].join(' ');
  const copy = () => void navigator.clipboard.writeText(line).then(() => setCopied(true));
  return (
    <p className={styles['command']}>
      <span>{command}</span>
      <code>{line}</code>
      <Button look="plain" onClick={copy}>
        {copied ? actions.copied : actions.copy}
      </Button>
    </p>
  );
}

const quoted = (word: string): string =>
  /^[\w@%+=:,./<>-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** What a call that failed says: the server's sentence with its hint, never more. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { failed, tryAgain } = useTexts();
  const hint = error instanceof FileRefusal ? error.hint : commerceErrorOf(error)?.hint;
  return (
    <div role="alert" className={`${styles['notice']} ${styles['error']} ${styles['row']}`}>
      <span>{error instanceof Error && hint !== undefined ? `${error.message} — ${hint}` : failed}</span>
      {retry && <Button onClick={retry}>{tryAgain}</Button>}
    </div>
  );
}

/** A part of a screen under a heading. */
export function Panel({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles['panel']} aria-label={title}>
      <div className={styles['row']}>
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** A column of a table; on small screens each row is a card whose cells have the heads as labels. */
export type Column<T> = { head: string; cell: (row: T) => ReactNode; isNumber?: boolean };

/** A table of rows, or a sentence where there are none. */
export function Table<T>({
  columns,
  rows,
  keyOf,
  label,
}: {
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string | number;
  label: string;
}) {
  const { order } = useTexts();
  if (rows.length === 0) return <p className={styles['quiet']}>{order.nothing}</p>;
  return (
    <table className={styles['table']} aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ head, isNumber }) => (
            <th key={head} scope="col" className={isNumber ? styles['number'] : undefined}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map(({ head, cell, isNumber }) => (
              <td key={head} data-label={head} className={isNumber ? styles['number'] : undefined}>
                <span>{cell(row)}</span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
