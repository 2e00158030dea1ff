import { useQueries } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { trpc } from '../../api.ts';
import { Button, CommandLine, Failure } from '../../components/parts.tsx';
import { Back } from '../../components/queue.tsx';
import { useFormat } from '../../format.ts';
import { useLanguage, useTexts, useTextsOf } from '../../texts/language.tsx';
import { shippingTexts } from '../../texts/shipping.ts';
import layout from '../../components/layout.module.css';
import parts from '../../components/parts.module.css';
import styles from './shipping.module.css';
import type { Slip } from './shipping-tabs.ts';
import { addressLines } from './slip-parts.tsx';

// So many ids fit into the address of one request.
const idsMax = 50;
const slipsMax = 500;

/** Packing slips to print, each on a page of its own. */
export function SlipsScreen() {
  const { of } = useSearch({ from: '/signed-in/shipping/slips' });
  const { loading } = useTexts();
  const { slips: texts } = useTextsOf(shippingTexts);
  const ids = of
    .split(',')
    .filter((id) => id !== '')
    .slice(0, slipsMax);
  const chunks = Array.from({ length: Math.ceil(ids.length / idsMax) }, (_, at) =>
    ids.slice(at * idsMax, (at + 1) * idsMax),
  );
  const { slips, error, isLoading } = useQueries({
    queries: chunks.map((shipmentIds) => trpc.shipment.packingSlips.queryOptions({ shipmentIds })),
    combine: (results) => ({
      slips: results.flatMap(({ data }) => data?.items ?? []),
      error: results.find((one) => one.error)?.error,
      isLoading: results.some((one) => one.isLoading),
    }),
  });
  return (
    <>
      <div className={`${styles['tools']} ${parts['stack']}`}>
        <div className={layout['head']}>
          <h1>{texts.title}</h1>
          <span className={parts['row']}>
            <Back to="/shipping" />
            <Button look="primary" onClick={() => print()} disabled={slips.length === 0 || isLoading}>
              {texts.print(slips.length)}
            </Button>
          </span>
        </div>
        {error && <Failure error={error} />}
        {isLoading && <p>{loading}</p>}
        {!isLoading && !error && slips.length < ids.length && <p>{texts.missing(ids.length - slips.length)}</p>}
        {slips.some(({ status }) => status !== 'READY') && <p className={parts['notice']}>{texts.notReady}</p>}
      </div>
      <div className={styles['slips']}>
        {slips.map((slip) => (
          <PaperSlip key={slip.shipmentId} slip={slip} />
        ))}
      </div>
      <div className={styles['tools']}>
        <CommandLine words={['shipments', 'slip', ids[0] ?? '<shipment>']} />
      </div>
    </>
  );
}

/** What lies in the box: no prices, no contact, and no notes of operators. */
function PaperSlip({ slip }: { slip: Slip }) {
  const { language } = useLanguage();
  const { order } = useTexts();
  const texts = useTextsOf(shippingTexts);
  const { day } = useFormat();
  const { shipmentId, orderNumber, orderedAt, reference, lines, part, parts: count, returnId } = slip;
  const facts = [
    texts.slips.ordered(day(orderedAt)),
    reference === null ? '' : `${order.reference}: ${reference}`,
    part !== null && count > 1 ? texts.part(part, count) : '',
    returnId === null ? '' : texts.replacement,
  ];
  return (
    <article className={styles['slip']} aria-label={`${texts.slips.slip} ${orderNumber}`}>
      <div className={styles['top']}>
        <div>
          <h2>{texts.slips.slip}</h2>
          <p className={styles['number']}>{orderNumber}</p>
          {facts
            .filter((fact) => fact !== '')
            .map((fact) => (
              <p key={fact}>{fact}</p>
            ))}
        </div>
        <address className={styles['address']}>
          {addressLines(slip, language).map((line) => (
            <div key={line}>{line}</div>
          ))}
        </address>
      </div>
      <table className={styles['units']} aria-label={texts.what}>
        <thead>
          <tr>
            <th scope="col" className={styles['count']}>
              {order.units}
            </th>
            <th scope="col">{texts.slips.sku}</th>
            <th scope="col">{order.item}</th>
            <th scope="col">{texts.slips.packed}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ lineNo, quantity, sku, name }) => (
            <tr key={lineNo}>
              <td className={styles['count']}>{quantity}</td>
              <td>{sku}</td>
              <td>{name}</td>
              <td>
                <span className={styles['box']} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        {texts.slips.total(lines.reduce((sum, { quantity }) => sum + quantity, 0))}{' '}
        <code className={parts['quiet']}>{shipmentId}</code>
      </p>
    </article>
  );
}
