import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { shippingTexts } from '../../texts/shipping.ts';
import parts from '../../components/parts.module.css';
import queueStyles from '../../components/queue.module.css';
import styles from './shipping.module.css';
import type { Slip } from './shipping-tabs.ts';

/** What a person who packs must know of a shipment before. */
export function SlipChips({ slip: { needsAttention, returnId, part, parts: count } }: { slip: Slip }) {
  const { reasons } = useTexts();
  const texts = useTextsOf(shippingTexts);
  return (
    <>
      {count > 1 && part !== null && <span className={parts['chip']}>{texts.part(part, count)}</span>}
      {returnId !== null && <span className={parts['chip']}>{texts.replacement}</span>}
      {needsAttention !== null && (
        <span className={`${parts['chip']} ${parts['warn']}`}>{reasons[needsAttention].title}</span>
      )}
    </>
  );
}

/** The units to pack, with the notes about the order. Of many lines, the first `max`. */
export function SlipLines({ slip: { lines, notes }, max }: { slip: Slip; max: number }) {
  const texts = useTextsOf(shippingTexts);
  return (
    <ul className={queueStyles['lines']}>
      {lines.slice(0, max).map(({ lineNo, quantity, name, sku }) => (
        <li key={lineNo}>
          {quantity} × {name} {sku && <code className={parts['quiet']}>{sku}</code>}
        </li>
      ))}
      {lines.length > max && <li>{texts.moreLines(lines.length - max)}</li>}
      {notes.map(({ text, createdAt }) => (
        <li key={createdAt} className={styles['note']}>
          {text}
        </li>
      ))}
    </ul>
  );
}

/** Who gets a shipment, and where, in one line. */
export const whereTo = ({ shippingAddress: to }: Slip): string =>
  [to?.name, to?.city, to?.country].filter(Boolean).join(', ');

/** An address as it stands on a label. */
export function addressLines({ shippingAddress: to }: Slip, language: string): string[] {
  if (!to) return [];
  const country = new Intl.DisplayNames(language, { type: 'region' }).of(to.country);
  const place = [to.postalCode, to.city, to.region].filter(Boolean).join(' ');
  return [to.name, to.line1, to.line2, place, country].filter(
    (line): line is string => line !== undefined && line !== '',
  );
}
